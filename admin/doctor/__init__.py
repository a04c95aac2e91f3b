"""`dengshao doctor`: looks at the whole installation and says what to do."""
