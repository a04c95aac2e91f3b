"""Settings that are more than one word: how each is read, and what is refused in one sentence."""
