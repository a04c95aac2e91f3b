"""The reporter's way back, by receipt."""

from flask import Flask

from ..web.language import register_in_each
from .js_api import bp as scripted_bp
from .shares import init_shares
from .views import bp as views_bp


def init_app(app: Flask) -> None:
    """Register the package on the application, under an address for each language."""
    init_shares(app)
    for bp in (views_bp, scripted_bp):
        register_in_each(app, bp, "/mailbox")
