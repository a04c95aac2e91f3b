"""Upgrades a real server to a next version and back, killed at each step: `make upgrade-walk`.

Both versions are this checkout, the next one with another migration, other words, another number;
programs, databases, site builds, servers and signals are real. Not here: systemd, and an artefact
with a Python of its own, which `make stranger` walks.
"""
