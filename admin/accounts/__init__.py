"""Room 6: members, their keys, sign-in and sessions."""

from flask import Flask

# Imported for its views, which hang on the room's blueprint.
from . import (  # noqa: F401 (their routes are of bp)
    account_views,
    invite_views,
    second_views,
)
from .addresses import bp as addresses_bp
from .audit_views import bp as audit_bp
from .counts_view import KEPT, KeptTotals
from .counts_view import bp as counts_bp
from .guard import csrf, guard_desk
from .joining_views import bp as joining_bp
from .renewal_guard import init_renewal
from .renewal_resealing import bp as resealing_bp
from .renewal_views import bp as renewal_bp
from .reseal_checking import bp as reseal_checking_bp
from .slowing import Brakes
from .suspension_views import bp as suspension_bp
from .unit_page_views import bp as unit_page_bp
from .views import BRAKES, bp


def init_app(app: Flask) -> None:
    """Register the room on the application."""
    # Only desk pages hold an authority that a stranger could borrow, so only they carry the token
    # of the session. Pages send no referrer, hence none can be asked for.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)
    app.before_request(guard_desk)
    init_renewal(app)
    app.extensions[BRAKES] = Brakes()
    app.extensions[KEPT] = KeptTotals()
    app.register_blueprint(bp)
    app.register_blueprint(joining_bp)
    app.register_blueprint(unit_page_bp)
    app.register_blueprint(addresses_bp)
    app.register_blueprint(audit_bp)
    app.register_blueprint(counts_bp)
    app.register_blueprint(renewal_bp)
    app.register_blueprint(resealing_bp)
    app.register_blueprint(reseal_checking_bp)
    app.register_blueprint(suspension_bp)
