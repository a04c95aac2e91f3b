"""What goes over the wire: signed tokens, sealed JSON, padding, the turns of requests."""
