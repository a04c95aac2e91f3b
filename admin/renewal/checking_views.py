"""The second browser: it opens what another sealed anew, beside what it was before.

Where both hold the same the old files go. Where the new ones do not open, or hold other words, any
holder of the old key puts the old ones back.
"""

from typing import Any, Final

from flask import Blueprint, Response, abort, g, jsonify, session

from ..access.permissions import Act, may
from ..audit.log import record
from ..db import db
from ..keys import issuing
from ..models import KeptTip, UnitKey
from ..signin.guard import SID
from ..vault.key_change import kept
from ..vault.key_change.resealing import Moved
from ..wire.fields import hex_field
from ..wire.json_api import read_json
from . import riddles
from .guard import standings
from .parts import (
    bundle_json,
    mover,
    own_reference,
    own_riddle,
    riddle_key,
    session_mark,
)
from .riddles import Purpose, WrongProof
from .words import reseal_words

bp = Blueprint("reseal_checking", __name__, url_prefix="/desk/reseal/moved")

_BATCH: Final = 20
_MOST_BODY: Final = 4096


@bp.get("/next.json")
@may(Act.RESEAL)
def next_moved() -> Response:
    """Name moved tips that this member, here, may be the second to open."""
    key = issuing.current_key(db.reading, g.staff.unit_id)
    tips = kept.next_unchecked(db.reading, key, g.staff.name, session_mark(), _BATCH) if key else []
    return jsonify(
        to=str(key.id) if key else "",
        tips=tips,
        riddle=own_riddle(key, Purpose.RESEAL) if key and tips else "",
        words=reseal_words(),
    )


@bp.get("/<string:reference>.json")
@may(Act.RESEAL)
def both(reference: str) -> Response:
    """Give a moved tip as it is and as it was, and a riddle for who would put the old one back."""
    reference = own_reference(reference)
    found = kept.read_kept(db.reading, g.staff.unit_id, reference)
    if found is None:
        abort(409)
    row, old = found
    _write_down("reseal_read", reference)
    db.session.commit()
    old_key = db.reading.get_one(UnitKey, row.old_key_id)
    return jsonify(
        reference=reference,
        by=row.moved_by,
        day=row.moved_on.isoformat(),
        now=bundle_json(kept.read_now(db.reading, row)),
        kept=bundle_json(old),
        must_compare=kept.must_compare(db.reading, row),
        riddle=own_riddle(old_key, Purpose.RESTORE),
    )


@bp.post("/<string:reference>")
@may(Act.RESEAL)
def confirm(reference: str) -> Response:
    """Take a second browser's word that the new files hold what the old ones did."""
    reference, content = own_reference(reference), read_json(_MOST_BODY)
    second = mover(hex_field(content, "content_mac", 64))
    try:
        row, key = _settled(reference), _held_key(content)
        is_compared = content.get("compared") is True
        kept.confirm(db.session, row, key, second=second, is_compared=is_compared)
    except (Moved, WrongProof):
        return _problem("moved", 409)
    except kept.NotSecond:
        return _problem("not_second", 409)
    except kept.OtherContent:
        return _problem("other_content", 422)
    _write_down("reseal_checked", reference)
    return _done()


@bp.post("/<string:reference>/doubt")
@may(Act.RESEAL)
def doubt(reference: str) -> Response:
    """Take a holder's word that the new files do not open, or hold other words."""
    reference, content = own_reference(reference), read_json(_MOST_BODY)
    try:
        row = _settled(reference)
        _held_key(content)
    except (Moved, WrongProof):
        return _problem("moved", 409)
    kept.doubt(db.session, row)
    _write_down("reseal_doubted", reference)
    db.session.commit()
    return jsonify(doubted=True)


@bp.post("/<string:reference>/restore")
@may(Act.RESEAL)
def restore(reference: str) -> Response:
    """Put the old files back, for a holder of the key that opens them."""
    reference, content = own_reference(reference), read_json(_MOST_BODY)
    try:
        row = _settled(reference)
        old_key = db.session.get_one(UnitKey, row.old_key_id)
        _check(content, old_key, Purpose.RESTORE)
    except (Moved, WrongProof):
        return _problem("moved", 409)
    kept.restore(db.session, row)
    _write_down("reseal_restored", reference)
    return _done()


def _settled(reference: str) -> KeptTip:
    return kept.lock_kept(db.session, g.staff.unit_id, reference)


def _held_key(content: dict[str, Any]) -> UnitKey:
    """Get the unit's key in use from who shows that they hold it. Raises `Moved`, `WrongProof`."""
    key = issuing.current_key(db.session, g.staff.unit_id)
    if key is None:
        raise Moved
    _check(content, key, Purpose.RESEAL)
    return key


def _check(content: dict[str, Any], key: UnitKey, purpose: Purpose) -> None:
    proof = content.get("proof")
    if not isinstance(proof, str):
        abort(400)
    riddles.check(proof, key, session[SID], riddle_key(), purpose)


def _write_down(act: str, reference: str) -> None:
    who = {"by": g.staff.name, "unit_id": g.staff.unit_id, "reference": reference}
    record(db.session, act, **who)


def _done() -> Response:
    """Commit; where nothing is kept any more, empty the journal of the old bytes."""
    db.session.flush()
    is_last = not kept.is_any_kept(db.session, g.staff.unit_id)
    db.session.commit()
    standings().forget()
    if is_last:
        db.forget_deleted()
    return jsonify(done=True)


def _problem(what: str, status: int) -> Response:
    db.session.rollback()
    response = jsonify(problem=what)
    response.status_code = status
    return response
