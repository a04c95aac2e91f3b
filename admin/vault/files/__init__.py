"""Sealed files: the store of their parts, uploads, and what is let go."""
