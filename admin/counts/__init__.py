"""What is counted: which measures there are, which numbers may be shown, and when they fold."""

from flask import Flask

from .publishing.views import bp as publication
from .views import bp
from .workload import views as workload_views

__all__ = ["init_app", "workload_views"]


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(bp)
    app.register_blueprint(publication)
