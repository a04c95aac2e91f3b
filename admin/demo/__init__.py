"""The demo district: invented units' keys, members and tips, for development only."""
