"""Room 5: staff read, decide and answer. Imports vault and accounts, never a public room."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    del app
