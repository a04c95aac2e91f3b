"""Deadlines, pure: the working days, the rules, and how the data file gives them."""
