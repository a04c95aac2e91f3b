"""What a unit has in hand, for its heads and dispatchers: counts and days, and no word of a tip."""
