"""Doctor where sealed files lie: the store, and the bucket that holds it."""
