"""A member with a part in a tip: said before the first opening, or at any time."""
