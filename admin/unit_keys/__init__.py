"""A unit's page: who holds its key, and how a key gets confirmed."""

from flask import Flask

# Imported for its views, which hang on the blueprint.
from . import label_views  # noqa: F401
from .progress_views import bp as progress_bp
from .views import bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(bp)
    app.register_blueprint(progress_bp)
