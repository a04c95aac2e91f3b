"""Leads who holds a key that must be renewed to the page that does it, before anything else.

What stands here is asked before every page of the desk, so it is read once every two seconds.
"""

import time
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, current_app, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from ..app_state import app_state
from ..db import db
from ..keys import issuing
from ..tip.routing import stand_in
from ..vault import vault
from ..vault.key_change.kept import Waiting, count_waiting
from ..vault.key_change.resealing import count_on_old_keys
from .services import Standing, read_standings

CACHE_SECONDS: Final = 2.0
_FORM: Final = "application/x-www-form-urlencoded"
_NAME: Final = "dengshao.renewal"
# What a holder may still do: sign in and out, open and lock their keys, look after their own
# account, and renew. A page that was open before may still read what it shows.
_FREE: Final = (
    "/desk/sign-in",
    "/desk/sign-out",
    "/desk/lock",
    "/desk/unlock",
    "/desk/account",
    "/desk/unit/renew",
)


class Standings:
    """How the units' keys stand, kept for a moment."""

    def __init__(self, load: Callable[[], dict[str, Standing]]) -> None:
        self._load = load
        self._found: dict[str, Standing] = {}
        self._until = 0.0

    def get(self) -> dict[str, Standing]:
        now = time.monotonic()
        if now >= self._until:
            try:
                self._found = self._load()
            except SQLAlchemyError:
                # The database is away: what was known a moment ago still leads nobody astray. A
                # page asks several times, and each could take seconds.
                now = time.monotonic()
            self._until = now + CACHE_SECONDS
        return self._found

    def forget(self) -> None:
        self._until = 0.0


def init_renewal(app: Flask) -> None:
    app.extensions[_NAME] = Standings(lambda: db.try_reading(read_standings))
    app.before_request(lead_to_renewal)
    app.before_request(refuse_old_key)
    app.context_processor(
        lambda: {
            "renewal": g.get("renewal"),
            "leaving": g.get("leaving"),
            "stands_in": _stands_in,
            "on_old_keys": _on_old_keys,
            "moved_unchecked": _moved_unchecked,
            "standing_of": lambda unit_id: standings().get().get(unit_id),
        }
    )


def _stands_in(unit_id: str) -> str:
    """Name, for a page that shows it, the unit that takes what comes for one that rests."""
    district, units = app_state().district, vault().units.get()
    if unit_id not in units.resting:
        return ""
    other = stand_in(district, unit_id, units, sealed_way=district.ways.is_custodial(unit_id))
    return district.units[other].zh if other else ""


def _on_old_keys(unit_id: str) -> int:
    """Count, for a page that shows it, the tips of a unit on its older keys."""
    return count_on_old_keys(db.reading, unit_id)


def _moved_unchecked(unit_id: str) -> Waiting:
    """Count, for a page that shows it, the tips of a unit that no second browser has opened."""
    standing = standings().get().get(unit_id)
    # Nearly always none: known from what each page asks anyway.
    if standing is not None and not standing.has_kept:
        return Waiting(0, (), None)
    return count_waiting(db.reading, unit_id)


def standings() -> Standings:
    found: Standings = current_app.extensions[_NAME]
    return found


def lead_to_renewal() -> BaseResponse | None:
    """Stop a holder before any page or act of a unit whose key must be renewed."""
    staff = g.get("staff")
    if staff is None or staff.unit_id is None:
        return None
    standing = standings().get().get(staff.unit_id)
    if standing is None:
        return None
    g.leaving = standing if standing.leaving else None
    if not standing.needs_renewal:
        return None
    g.renewal = standing
    # One that was made before waits for its second person: there is none to make.
    if standing.has_next:
        return None
    if staff.name not in standing.staying or request.path.startswith(_FREE):
        return None
    wants_page = request.accept_mimetypes.best != "application/json"
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("renewal.show")) if wants_page else None
    return redirect(url_for("renewal.show"), 303) if wants_page else _locked()


def refuse_old_key() -> Response | None:
    """Refuse words that a page from before the renewal sealed to the old key.

    Who left could still open them, and nothing would ever seal them anew. The browser names the key
    that it sealed to, wherever it seals words of staff.
    """
    staff = g.get("staff")
    if staff is None or request.method != "POST" or request.mimetype != _FORM:
        return None
    named = request.form.get("key")
    if named is None:
        return None
    key = issuing.current_key(db.reading, staff.unit_id or "")
    if key is not None and named == str(key.id):
        return None
    return old_key()


def old_key() -> Response:
    """Answer words that were sealed to another key than the one in use."""
    words = _("本单位刚换了新密钥，没有发出去。请复制写好的字，刷新这一页，解锁后再发。")
    response = jsonify(error=words)
    response.status_code = 423
    return response


def _locked() -> Response:
    words = _("本单位先要换一把新密钥。写好的字还在。请在另一个窗口打开工作台，换好再发。")
    response = jsonify(error=words)
    response.status_code = 423
    return response
