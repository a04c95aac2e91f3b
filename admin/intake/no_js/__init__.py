"""The form without scripts: its files are cleaned and sealed in memory."""
