"""Room 6: members, their keys, sign-in and sessions."""

from flask import Flask

from .guard import csrf, guard_desk
from .views import bp


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    # Only desk pages hold an authority that a stranger could borrow, so only they carry the token
    # of the session. Pages send no referrer, hence none can be asked for.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)
    app.before_request(guard_desk)
    app.register_blueprint(bp)
