"""The public form. Seals what it receives before anything is stored."""

from flask import Flask

from ..web.language import register_in_each
from . import calendar, practice
from .challenge import init_challenges
from .flood import init_flood
from .js_api import file_words, kind_words, tips
from .js_api.files import init_files
from .no_js import more_files
from .no_js.request import init_memory
from .routes_json import init_routes
from .views import bp


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    init_flood(app)
    init_challenges(app)
    init_memory(app)
    for room in (bp, more_files.bp, file_words.bp, kind_words.bp, practice.bp, calendar.bp):
        register_in_each(app, room)
    app.register_blueprint(tips.bp)
    init_files(app)
    init_routes(app)
    app.jinja_env.globals["calendar_with_holes"] = calendar.with_holes
