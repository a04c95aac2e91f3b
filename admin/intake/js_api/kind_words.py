"""The words by which the form's script asks for a kind, and a receipt's aids: fetched whatever is typed."""

import json

from flask import Blueprint, Response, current_app, render_template

from ...app_state import app_state, language, page_language
from ...web.security import public

bp = Blueprint("kind_words", __name__)


@bp.get("/tip/kinds.json")
@public
def show_words() -> Response:
    """Give them by category, and by the question that they bring up, in the page's language."""
    kinds, lang = app_state().district.kinds, page_language()
    content = {
        "kinds": {category: words.of(lang) for category, words in kinds.words.items()},
        "asks": {field: words.of(lang) for field, words in kinds.asks.items()},
        "aids": render_template("intake/aids.html", prefix=language().prefix),
    }
    text = json.dumps(content, ensure_ascii=False)
    return current_app.response_class(text, mimetype="application/json")
