"""What is good once: nonces of forms, and proofs of work."""
