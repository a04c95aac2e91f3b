"""The counter's page: totals of whole months, and which of them may be shown."""

from flask import Flask

from .views import KEPT, KeptTotals, bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.extensions[KEPT] = KeptTotals()
    app.register_blueprint(bp)
