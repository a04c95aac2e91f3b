"""Members: invited, joining, suspended, and what needs a second person."""

from flask import Flask

from .invitation_views import bp as invitation_bp
from .joining_views import bp as joining_bp
from .leaving.views import bp as departure_bp
from .suspension_views import bp as suspension_bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    app.register_blueprint(invitation_bp)
    app.register_blueprint(joining_bp)
    app.register_blueprint(suspension_bp)
    app.register_blueprint(departure_bp)
