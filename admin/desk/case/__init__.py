"""A tip's case file: one sheet for paper or one sealed file, made in the member's browser."""
