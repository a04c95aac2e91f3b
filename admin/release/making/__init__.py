"""Writes the artefacts of a release: `make release`.

The same commit gives the same bytes: everything is taken from the commit or from lock files with
sums, sorted, owned by root, dated by the commit.
"""
