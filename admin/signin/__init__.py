"""Sign-in, second factors, sessions, and the member's account page."""

from flask import Flask

from ..app_state import AppState
from . import account_views, one_touch_views, second_views  # noqa: F401 (their routes are of bp)
from .gate import init_app as init_gate
from .guard import csrf, guard_desk
from .throttle import Brakes
from .views import BRAKES, bp


def init_app(app: Flask) -> None:
    """Register the package on the application, and guard every staff page."""
    # Only desk pages hold an authority that a stranger could borrow, so only they carry the token
    # of the session. Pages send no referrer, hence none can be asked for.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)
    app.before_request(guard_desk)
    app.extensions[BRAKES] = Brakes()
    app.register_blueprint(bp)
    state: AppState = app.extensions["dengshao"]
    init_gate(app, state.config)
