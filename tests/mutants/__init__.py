"""Mutation testing: small faults are put into the code one by one, and a test must notice each."""
