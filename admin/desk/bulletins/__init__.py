"""办结通报: short texts about closed matters, by one member, agreed to by another."""
