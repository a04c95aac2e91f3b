"""The paying office: a list of codes' hashes with sums, and the page on which one is struck out."""

from flask import Flask

from .views import bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(bp)
