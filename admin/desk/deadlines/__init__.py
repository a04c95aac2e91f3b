"""Deadlines at the desk: a tip's own, and the page of those that have run out."""
