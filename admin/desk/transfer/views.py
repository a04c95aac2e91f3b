"""Passing a tip on to another unit, and what that unit does with it. Sealed in browsers alone."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Response, abort, g, jsonify, request
from flask_babel import LazyString

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db
from ...district.data import Choice, Unit
from ...models import Tip, Transfer
from ...renewal.parts import (
    MOST_BUNDLE,
    bundle_field,
    bundle_json,
    files_field,
    id_field,
    length_field,
    session_mark,
)
from ...renewal.riddles import WrongProof
from ...sealing.marks import MARK
from ...vault import vault
from ...vault.key_change import transfers
from ...vault.key_change.resealing import Bundle, read_current
from ...vault.key_change.transfers import OtherContent
from ...vault.units import OpenUnit
from ...wire.fields import base64_field, hex_field
from ...wire.json_api import read_json
from ..blueprint import Answer, bp
from ..forms import AGE_FILE, SEALED_MAX
from ..loading import locked_tip, own_tip
from ..services import MoveNotAllowed, expect_version
from ..tip.notes import NoteKind, SealedNote
from ..tip.opening import check_clear
from . import words
from .parts import check_proof, own_older_keys, own_unit_riddle, unit_word, write_down
from .services import (
    NoteOnTheWay,
    Package,
    hand_back,
    pass_on,
    take_over,
    targets,
)

_MOST_WORD: Final = 4096


@dataclass(frozen=True)
class Arrival:
    """The transfer by which a tip came, as its page tells it."""

    unit: str
    by: str
    day: str
    reason: str
    is_waiting: bool
    is_doubted: bool
    back: tuple[Choice, ...]
    """The reasons for which it may be handed back; none to who may not."""


def arrival_of(tip: Tip) -> Arrival | None:
    """Tell how a tip came, where that can still be undone."""
    found = transfers.restorable(db.reading, tip.id)
    if found is None:
        return None
    district = app_state().district
    reasons = tuple(district.transfers.back.values())
    return Arrival(
        unit=unit_word(found.from_unit),
        by=found.by,
        day=found.made_on.isoformat(),
        reason=district.transfers.word(found.reason),
        is_waiting=transfers.pending_of(db.reading, tip.id) is not None,
        is_doubted=found.is_doubted,
        back=reasons if is_allowed(Act.HAND_BACK, g.staff.roles) else (),
    )


@bp.app_template_global()
def transfer_targets(tip: Tip) -> list[Unit]:
    """List the units to which a tip may go, for who may pass it on."""
    if not tip.is_open or not is_allowed(Act.TRANSFER, g.staff.roles):
        return []
    return targets(app_state().district, vault().units.get(), tip.unit_id)


@bp.app_template_global()
def transfer_reasons() -> list[Choice]:
    return list(app_state().district.transfers.on.values())


@bp.get("/tips/<string:reference>/transfer.json")
@may(Act.TRANSFER)
def to_pass_on(reference: str) -> Answer:
    """Give all sealed bytes of a tip to a browser that seals them for another unit."""
    tip = _tip_to_give_out(reference)
    if tip.sealed is None:
        abort(409)
    bundle = bundle_json(read_current(db.session, tip.id))
    return _given_out(tip, riddle=own_unit_riddle(), keys=own_older_keys(), **bundle)


@bp.post("/tips/<string:reference>/transfer")
@may(Act.TRANSFER)
def pass_tip_on(reference: str) -> Answer:
    """Take a tip sealed for another unit, whole or not at all."""
    tip, content = _tip_as_seen(reference, MOST_BUNDLE)
    reason = _reason(content, app_state().district.transfers.on)
    to = _open_unit(content)
    if to is None:
        return _refused(words.FALSE_KEY)
    package = Package(
        bundle=bundle_field(content),
        mark=bytes.fromhex(hex_field(content, "mark", 2 * MARK)),
        content_mac=hex_field(content, "content_mac", 64),
        sealed_in=session_mark(),
        note=_note(content),
    )
    try:
        check_proof(content)
        pass_on(db.session, tip, package, to=to, reason=reason, actor=g.staff)
    except tuple(words.REFUSED) as error:
        return _refused(words.REFUSED[type(error)])
    except WrongProof:
        return _refused(words.NO_PROOF)
    db.session.commit()
    return jsonify(passed=True)


@bp.get("/tips/<string:reference>/arrived.json")
@may(Act.TAKE_OVER)
def what_arrived(reference: str) -> Answer:
    """Give what came with a transfer, for the browser to open all of it before it is taken over."""
    tip = _tip_to_give_out(reference)
    transfer = transfers.pending_of(db.session, tip.id)
    if transfer is None:
        abort(409)
    return _given_out(tip, **bundle_json(transfers.read_arrived(db.session, transfer)))


@bp.post("/tips/<string:reference>/taken-over")
@may(Act.TAKE_OVER)
def take_tip_over(reference: str) -> Answer:
    """Take over what another unit passed on."""
    tip, content = _tip_as_seen(reference, _MOST_WORD)
    transfer = transfers.pending_of(db.session, tip.id)
    if transfer is None:
        raise MoveNotAllowed("no transfer")
    content_mac = hex_field(content, "content_mac", 64)
    try:
        take_over(db.session, tip, transfer, content_mac=content_mac, actor=g.staff)
    except OtherContent:
        return _refused_loudly(reference)
    db.session.commit()
    return jsonify(taken=True)


@bp.get("/tips/<string:reference>/back.json")
@may(Act.HAND_BACK)
def to_hand_back(reference: str) -> Answer:
    """Give what was added since the tip came, to be sealed for the unit that it goes back to."""
    tip = _tip_to_give_out(reference)
    transfer = transfers.restorable(db.session, tip.id)
    if transfer is None:
        abort(409)
    since = bundle_json(transfers.read_since(db.session, transfer)) | {"label": ""}
    keys = own_older_keys()
    return _given_out(tip, unit=transfer.from_unit, riddle=own_unit_riddle(), keys=keys, **since)


@bp.post("/tips/<string:reference>/handed-back")
@may(Act.HAND_BACK)
def hand_tip_back(reference: str) -> Answer:
    """Give a tip back to the unit that passed it on."""
    tip, content = _tip_as_seen(reference, MOST_BUNDLE)
    reason = _reason(content, app_state().district.transfers.back)
    since = Bundle(
        length=length_field(content),
        sealed=b"",
        label=None,
        messages=files_field(content, "messages"),
        notes=files_field(content, "notes"),
    )
    transfer = _restorable(tip)
    try:
        check_proof(content)
        hand_back(db.session, tip, transfer, since, reason=reason, actor=g.staff)
    except tuple(words.REFUSED) as error:
        return _refused(words.REFUSED[type(error)])
    except WrongProof:
        return _refused(words.NO_PROOF)
    db.session.commit()
    return jsonify(handed_back=True)


def _tip_to_give_out(reference: str) -> Tip:
    """Load a tip whose bytes go to a browser; until they do, nobody passes it on or deletes it."""
    check_clear(own_tip(db.reading, reference))
    return locked_tip(reference)


def _given_out(tip: Tip, **parts: Any) -> Answer:
    """Make the answer of what was read under the lock; audit who asked."""
    answer = jsonify(reference=tip.reference, **parts)
    write_down("transfer_read", tip.reference)
    db.session.commit()
    return answer


def _tip_as_seen(reference: str, most: int) -> tuple[Tip, dict[str, Any]]:
    """Load a tip to move it, provided that it still is as the page showed it, and what was sent."""
    tip = locked_tip(reference)
    request.max_content_length = most
    content = read_json(most)
    version = content.get("version")
    if not isinstance(version, str) or not version.isdigit() or not version.isascii():
        abort(400)
    g.seen_version = int(version)
    expect_version(tip, g.seen_version)
    return tip, content


def _restorable(tip: Tip) -> Transfer:
    found = transfers.restorable(db.session, tip.id)
    if found is None:
        raise MoveNotAllowed("no transfer")
    return found


def _reason(content: dict[str, Any], reasons: dict[str, Choice]) -> str:
    reason = content.get("reason")
    if not isinstance(reason, str) or reason not in reasons:
        db.session.rollback()
        abort(_refused(words.NO_REASON, field="reason"))
    return reason


def _open_unit(content: dict[str, Any]) -> OpenUnit | None:
    """Find the unit to whose key in use it was sealed; None where that is another by now."""
    unit = vault().units.get().get(str(content.get("to", "")))
    return unit if unit is not None and unit.key_id == id_field(content, "key") else None


def _note(content: dict[str, Any]) -> NoteOnTheWay | None:
    note = content.get("note")
    if note is None:
        return None
    if not isinstance(note, dict):
        abort(400)
    sealed, own = (base64_field(note, name) for name in ("sealed", "own"))
    number = id_field(note, "number")
    if number >= 1 << 31 or any(
        len(one) > SEALED_MAX or not one.startswith(AGE_FILE) for one in (sealed, own)
    ):
        abort(400)
    return NoteOnTheWay(SealedNote(number, NoteKind.NOTE, sealed), own)


def _refused(sentence: LazyString, *, field: str = "") -> Response:
    db.session.rollback()
    errors = {field: [str(sentence)]} if field else {}
    response = jsonify(error="" if field else str(sentence), errors=errors)
    response.status_code = 422
    return response


def _refused_loudly(reference: str) -> Response:
    """Keep in the audit log that a tip did not hold what the other unit had sealed."""
    response = _refused(words.REFUSED[OtherContent])
    write_down("transfer_differs", reference.upper())
    db.session.commit()
    return response
