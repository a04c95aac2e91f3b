"""The report of a half-year: what was published, what the log tells, what an editor wrote down."""
