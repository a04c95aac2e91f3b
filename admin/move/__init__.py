"""Brings an installation from one database and store of files to others, and seals the old ones."""
