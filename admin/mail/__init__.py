"""Content-free letters to the units: queued, sent, and where they go."""

from flask import Flask

from .addresses import bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(bp)
