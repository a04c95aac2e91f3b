"""Hostile requests against a real server, with honest people in between."""
