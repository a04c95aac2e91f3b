"""Room 6: members, their keys, sign-in and sessions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    del app
