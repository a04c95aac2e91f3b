"""The queue: its lanes, filters, words, and acts on many tips at once."""
