"""What happens before every desk page: forged requests are refused, and the member is found."""

import time
from typing import Final

from flask import g, request, session
from flask_wtf.csrf import CSRFProtect

from ..db import db
from ..security import is_desk_path
from . import services

SID: Final = "sid"
"""The name under which the cookie carries the session's token."""

csrf = CSRFProtect()


def clock() -> int:
    """Tell the time in epoch seconds: staff acts may be timed finer than a day."""
    return int(time.time())


def guard_desk() -> None:
    """Refuse forged requests, then find out who is signed in."""
    if not is_desk_path(request.path):
        return
    g.staff = g.pending = None
    csrf.protect()
    if token := session.get(SID):
        _load_staff(token, clock())


def _load_staff(token: str, now: int) -> None:
    seen = services.find_session(db.reading, token, now)
    if seen is None:
        session.pop(SID)
        # A cookie without a row must not take the writers' lock, however often it comes.
        if services.has_row(db.reading, token):
            services.clear_idle(db.session, now)
            db.session.commit()
        return
    if not seen.is_verified:
        # Not touched either: who leaves the question open for 15 minutes begins again.
        g.pending = seen.staff
        return
    g.staff = seen.staff
    if now - seen.last_seen > services.TOUCH_SECONDS:
        services.touch(db.session, token, now)
        services.clear_idle(db.session, now)
        db.session.commit()
