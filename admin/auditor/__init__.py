"""The auditor's pages and commands: the audit log read, marked and verified."""

from flask import Flask

from . import holds  # noqa: F401
from .views import bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(bp)
