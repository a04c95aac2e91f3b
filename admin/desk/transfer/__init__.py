"""A tip's way to another unit of this house: passed on, taken over, handed back, fetched back."""
