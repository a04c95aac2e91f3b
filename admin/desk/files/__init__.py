"""A tip's files at the desk: handed out sealed, opened in a frame without an origin."""
