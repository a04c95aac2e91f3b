"""Room 1: the public form. Seals what it receives before anything is stored."""

from flask import Flask

from .views import bp


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    app.register_blueprint(bp)
