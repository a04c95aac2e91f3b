"""Room 1: the public form. Seals what it receives before anything is stored."""

from flask import Flask

from . import practice
from .flood import init_flood
from .views import bp


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    init_flood(app)
    app.register_blueprint(bp)
    app.register_blueprint(practice.bp)
