"""The search index (being written)."""
