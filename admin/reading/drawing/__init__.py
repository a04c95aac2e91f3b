"""Pictures made of numbers, for pages of the site and of the desk. Pure."""
