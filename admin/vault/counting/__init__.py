"""Counts what becomes of tips, in the transaction in which it happens; numbers outlive the tips."""
