"""Many random histories, published and narrowed: `make disclosure`."""
