"""Hands out what still hangs on an older key, and takes it back sealed to the key in use.

A holder's browser works through it in the background. Each handing out is audited: what is sealed
to be sealed anew could also be read.
"""

from typing import Any, Final

from flask import Blueprint, Response, abort, g, jsonify, request, session
from sqlalchemy.orm.exc import StaleDataError

from ..access.permissions import Act, may
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..keys import issuing
from ..models import UnitKey
from ..signin.guard import SID
from ..vault.key_change import kept, resealing
from ..vault.units import OpenUnit, is_confirmed
from ..wire.fields import base64_field, hex_field
from ..wire.json_api import read_json
from . import riddles
from .guard import standings
from .parts import (
    MOST_BUNDLE,
    bundle_field,
    bundle_json,
    id_field,
    mover,
    own_reference,
    own_riddle,
    riddle_key,
    text,
)
from .riddles import Purpose, WrongProof
from .words import reseal_words

bp = Blueprint("resealing", __name__, url_prefix="/desk/reseal")

_BATCH: Final = 20
_MOST_COUNTED: Final = 1000
_MOST_SKIPPED: Final = 2000


@bp.get("/next.json")
@may(Act.RESEAL)
def next_ones() -> Response:
    """Tell how much is left, up to a number, and name the next tips, open ones first.

    A key that waits for its second person is asked for again and again: then it only tells whether
    anything is left.
    """
    unit_id = g.staff.unit_id
    # Past those that don't open for this member.
    most = _BATCH + min(max(request.args.get("skip", 0, int), 0), _MOST_SKIPPED)
    key = _current(unit_id)
    is_key_confirmed = key is not None and _is_confirmed(key)
    counted = _MOST_COUNTED if is_key_confirmed else 1
    left = resealing.count_left(db.reading, unit_id, most=counted + 1).total
    is_ready = key is not None and left > 0
    return jsonify(
        to=str(key.id) if key else "",
        fingerprint=key.fingerprint if key else "",
        confirmed=is_key_confirmed,
        riddle=own_riddle(key, Purpose.RESEAL) if is_ready and key and is_key_confirmed else "",
        left=min(left, counted),
        more=left > counted,
        keys=_key_ids(unit_id),
        tips=resealing.next_tips(db.reading, unit_id, g.staff.member_id, most=most)
        if is_ready
        else [],
        shift_notes=[
            {"id": str(note.id), "old": str(note.unit_key_id), "sealed": text(note.sealed)}
            for note in (
                resealing.next_shift_notes(db.reading, unit_id, most=most) if is_ready else ()
            )
        ],
        words=reseal_words(),
    )


@bp.get("/tips/<string:reference>.json")
@may(Act.RESEAL)
def sealed_tip(reference: str) -> Response:
    """Give all sealed bytes of one tip that hangs on an older key."""
    reference = own_reference(reference)
    found = resealing.read_bundle(db.reading, g.staff.unit_id, reference)
    if found is None:
        abort(409)
    key, bundle = found
    record(db.session, "reseal_read", by=g.staff.name, unit_id=g.staff.unit_id, reference=reference)
    db.session.commit()
    return jsonify(old=str(key.id), reference=reference, **bundle_json(bundle))


@bp.post("/tips/<string:reference>")
@may(Act.RESEAL)
def move_tip(reference: str) -> Response:
    """Take one tip sealed to the key in use, whole or not at all."""
    reference = own_reference(reference)
    request.max_content_length = MOST_BUNDLE
    content = read_json(MOST_BUNDLE)
    old = id_field(content, "old")
    bundle = bundle_field(content)
    who = mover(hex_field(content, "content_mac", 64))
    try:
        new = _confirmed_key(content)
        resealing.move_tip(
            db.session,
            unit_id=g.staff.unit_id,
            reference=reference,
            old=old,
            new=new,
            bundle=bundle,
            keep=lambda tip, stored: kept.keep(db.session, tip, stored, new=new, mover=who),
        )
    except (resealing.Moved, StaleDataError):
        return _problem("moved", 409)
    except WrongProof:
        return _problem("proof", 409)
    except resealing.NotFit:
        return _problem("not_fit", 400)
    record(db.session, "resealed", by=g.staff.name, unit_id=g.staff.unit_id, reference=reference)
    return _done()


@bp.post("/shift-notes/<int:note_id>")
@may(Act.RESEAL)
def move_shift_note(note_id: int) -> Response:
    """Take one hand-over note sealed to the key in use."""
    content = read_json(MOST_BUNDLE)
    sealed = base64_field(content, "sealed")
    try:
        resealing.move_shift_note(
            db.session,
            unit_id=g.staff.unit_id,
            note_id=note_id,
            new=_confirmed_key(content),
            sealed=sealed,
        )
    except resealing.Moved:
        return _problem("moved", 409)
    except WrongProof:
        return _problem("proof", 409)
    except resealing.NotFit:
        return _problem("not_fit", 400)
    return _done()


def _done() -> Response:
    """Commit; where it was the last, write that down and empty the journal of the old bytes."""
    db.session.flush()
    is_last = not resealing.is_any_left(db.session, g.staff.unit_id)
    if is_last:
        record(db.session, "resealed", by=g.staff.name, unit_id=g.staff.unit_id)
    db.session.commit()
    # The next page tells at once that old bytes wait for a second browser.
    standings().forget()
    if is_last:
        db.forget_deleted()
    return jsonify(moved=True)


def _confirmed_key(content: dict[str, Any]) -> int:
    """Get the unit's key in use, provided that the browser sealed to it and shows that it holds it.

    Raises `resealing.Moved` or `WrongProof`.
    """
    key = issuing.current_key(db.session, g.staff.unit_id)
    if key is None or key.id != id_field(content, "to") or not _is_confirmed(key):
        raise resealing.Moved
    proof = hex_field(content, "proof", 64)
    riddles.check(proof, key, session[SID], riddle_key(), Purpose.RESEAL)
    return key.id


def _current(unit_id: str) -> UnitKey | None:
    return issuing.current_key(db.reading, unit_id)


def _is_confirmed(key: UnitKey) -> bool:
    unit = OpenUnit(key.unit_id, key.id, key.recipient, key.recovery)
    return is_confirmed(unit, app_state().district)


def _key_ids(unit_id: str) -> list[str]:
    return [str(key.id) for key in resealing.older_keys(db.reading, unit_id)]


def _problem(what: str, status: int) -> Response:
    db.session.rollback()
    response = jsonify(problem=what)
    response.status_code = status
    return response
