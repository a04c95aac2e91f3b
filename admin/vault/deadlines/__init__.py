"""Deadlines of stored tips: kept right in the rows, told when they run out."""
