"""Room 1: the public form. Seals what it receives before anything is stored."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    del app
