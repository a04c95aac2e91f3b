"""The reporter's way back, by receipt."""

from flask import Flask

from .js_api import bp as scripted_bp
from .shares import init_shares
from .views import bp as views_bp


def init_app(app: Flask) -> None:
    """Register the package on the application, in Chinese and under its English address."""
    init_shares(app)
    for bp in (views_bp, scripted_bp):
        app.register_blueprint(bp, url_prefix="/mailbox")
        app.register_blueprint(bp, url_prefix="/en/mailbox", name=f"{bp.name}_en")
