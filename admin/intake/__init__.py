"""The public form. Seals what it receives before anything is stored."""

from flask import Flask

from . import calendar, practice
from .challenge import init_challenges
from .flood import init_flood
from .js_api import file_words, tips
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
    app.register_blueprint(bp)
    app.register_blueprint(more_files.bp)
    app.register_blueprint(tips.bp)
    init_files(app)
    app.register_blueprint(file_words.bp)
    init_routes(app)
    app.register_blueprint(practice.bp)
    app.register_blueprint(calendar.bp)
    app.jinja_env.globals["calendar_with_holes"] = calendar.with_holes
