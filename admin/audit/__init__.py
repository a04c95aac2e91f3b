"""The audit log: its lines, the chain that ties them, and what can be wrong with it."""
