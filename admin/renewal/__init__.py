"""A unit's key renewed, and what hangs on the older one sealed to the new."""

from flask import Flask

from .checking_views import bp as checking_bp
from .guard import init_renewal
from .resealing_views import bp as resealing_bp
from .views import bp


def init_app(app: Flask) -> None:
    """Register the package on the application, and lead holders of old keys to its page."""
    init_renewal(app)
    app.register_blueprint(bp)
    app.register_blueprint(resealing_bp)
    app.register_blueprint(checking_bp)
