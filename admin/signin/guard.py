"""What happens before every desk page: forged requests are refused, and the member is found."""

from typing import Final

from flask import g, jsonify, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from ..clock import now, seconds
from ..db import db
from ..db.logins import is_desk_path
from ..shutters.shut import Closed
from . import services
from .gate.door import held_back

SID: Final = "sid"
"""The name under which the cookie carries the session's token."""
_WHEN_LOCKED: Final = frozenset(
    {
        *("/desk/unlock", "/desk/lock", "/desk/sign-out", "/desk/sign-in/salt"),
        *("/desk/unlock/touch", "/desk/sign-in/touch/options"),
    }
)
"""All that a locked session reaches: unlocking, for which its browser needs salts or a challenge,
and out."""

_BY_ITSELF: Final = frozenset(
    {"/desk/pulse.json", "/desk/progress.json", "/desk/join/progress"},
)
"""What the pages of the queue and of a unit's opening ask while nobody touches them."""

csrf = CSRFProtect()


def clock() -> int:
    """Tell the time in epoch seconds: staff acts may be timed finer than a day."""
    return seconds()


def clock_ms() -> int:
    """Tell the time in milliseconds, for what must not happen twice."""
    return int(now() * 1000)


def guard_desk() -> BaseResponse | None:
    """Refuse forged requests, find out who is signed in, and hold a locked session back."""
    if not is_desk_path(request.path):
        return None
    g.staff = g.pending = None
    csrf.protect()
    token = session.get(SID)
    if token and _load_staff(token, clock()) and request.path not in _WHEN_LOCKED:
        return _locked()
    # Half signed in is past the gate, too: the page of the second factor is theirs.
    return held_back() if g.staff is None and g.pending is None else None


def _load_staff(token: str, now: int) -> bool:
    """Find the session's member; tells whether it is locked."""
    seen = services.find_session(db.reading, token, now)
    if seen is None:
        # What a page asks by itself may have left before a sign-in and be answered after it: the
        # answer must not put an older cookie in the new one's place.
        if request.path not in _BY_ITSELF:
            session.pop(SID)
        # A cookie without a row must not take the writers' lock, however often it comes.
        if services.has_row(db.reading, token):
            services.clear_idle(db.session, now)
            db.session.commit()
        return False
    if not seen.is_verified:
        # Not touched either: who leaves the question open for 15 minutes begins again.
        g.pending = seen.staff
        return False
    g.staff, g.session_left = seen.staff, seen.ends_at - now
    # A locked session is not kept alive by what it asks for, nor any by what a page asks by itself.
    is_alive = not seen.is_locked and request.path not in _BY_ITSELF
    if now - seen.last_seen > services.TOUCH_SECONDS and is_alive:
        _keep_alive(token, now)
    return seen.is_locked


def _keep_alive(token: str, now: int) -> None:
    try:
        services.touch(db.session, token, now)
        services.clear_idle(db.session, now)
        db.session.commit()
    except Closed:
        # All moves at this moment: the page can be read all the same.
        db.session.rollback()


def _locked() -> BaseResponse:
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(error=_("已经锁定。请先解锁，写好的字不会丢。"))
        response.status_code = 423
        return response
    return redirect(url_for("signin.unlock"), 303 if request.method == "POST" else 302)
