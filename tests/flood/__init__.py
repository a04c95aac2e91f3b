"""A flood at the machine's limit against a few people: `make flood` prints what became of each."""
