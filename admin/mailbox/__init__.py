"""Room 4: the reporter's way back, by receipt."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    del app
