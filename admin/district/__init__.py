"""The district's data files as objects, and how a running node learns of new ones."""
