"""The page on which a package is made of a tip, and what is done with the package afterwards.

The package itself never comes here: a member's browser makes and keeps it. What is posted are its
sum, its length, and a record of what left, sealed to the unit.
"""

import re
from base64 import b64encode
from datetime import date
from typing import Any, Final

from flask import Response, abort, g, jsonify, render_template, request
from flask_babel import LazyString
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ...access.permissions import Act, may
from ...app_state import app_state
from ...audit.log import record
from ...db import db, today
from ...models import Referral, Tip
from ...sealing.age.shape import WrongShape, clear_size
from ...tip.status import TipStatus
from ...vault import readers
from ...vault.key_change import transfers
from ...vault.outside import records, referrals
from ...wire.fields import base64_field, hex_field
from ...wire.json_api import read_json
from .. import words as desk_words
from ..blueprint import Answer, bp
from ..claims import clock, is_held, is_holder
from ..files.services import MOST_HELD
from ..loading import locked_tip, own_tip
from ..services import expect_version
from ..tip.opening import check_clear
from ..tip.words import WHY, tip_words
from . import words
from .letters import letter_number, next_serial
from .package_words import package_words
from .services import (
    REFERABLE,
    Lock,
    NotOffered,
    NumberGone,
    Package,
    is_made,
    make,
    offered,
)

_MOST_POSTED: Final = 1024 * 1024
"""More than any record may have: that one is too long is told by a sentence."""
_READERS: Final = 2
"""For whom a record is: the unit, and its recovery sheet."""
_MOST_FILES: Final = 10_000


@bp.get("/tips/<string:reference>/referral/")
@may(Act.REFER)
def show_referral(reference: str) -> Answer:
    """Show the page on which the browser makes a package; it is empty until the tip is open."""
    tip = own_tip(db.reading, reference, selectinload(Tip.decisions), joinedload(Tip.claimed_by))
    district, now = app_state().district, clock()
    organs = offered(district, tip.unit_id)
    is_waiting = transfers.pending_of(db.reading, tip.id) is not None
    return render_template(
        "desk/referral/referral.html",
        tip=tip,
        held_by_other=is_held(tip, now) and not is_holder(tip, g.staff, now),
        whys=WHY,
        is_clear=readers.is_clear(db.reading, tip.id, g.staff.member_id),
        can_refer=tip.status in REFERABLE and bool(organs) and not is_waiting,
        has_organs=bool(organs),
        is_waiting=is_waiting,
        data=referral_data(tip),
        browser_words=desk_words.browser_words(district)
        | tip_words(district)
        | {"referral": package_words()},
        most_held=MOST_HELD,
    )


def referral_data(tip: Tip) -> dict[str, Any]:
    """Collect what the page's script needs, and no word of the tip.

    The browser leaves out what the reporter excluded (`offices`), and what does not take such a
    tip (`takes`): both stand in the sealed words. `sealed` says that the tip may be about an
    official, and that the server offers no other organs than those for them.
    """
    district, day = app_state().district, today()
    serial = next_serial(db.reading, tip.unit_id, day.year)
    busy = {row.organ for row in referrals.read_all(db.reading, tip.id) if is_made(row)}
    return {
        "version": tip.version,
        "number": letter_number(tip.unit_id, day.year, serial),
        "today": day.isoformat(),
        "unit": district.units[tip.unit_id].zh,
        "reference": tip.reference,
        "chase": _chase_days(),
        "sealed": district.ways.is_sealed(tip.unit_id),
        "organs": [
            {
                "id": organ.id,
                "name": organ.zh,
                "kind": organ.kind,
                "basis": organ.basis,
                "address": organ.address,
                "phone": organ.phone,
                "key": organ.key,
                "offices": organ.offices,
                "takes": sorted(organ.takes),
                "officials": organ.is_for_officials,
            }
            for organ in offered(district, tip.unit_id)
            if organ.id not in busy
        ],
    }


def _chase_days() -> int:
    """Tell after how many working days an organ is asked how it stands."""
    rules = app_state().district.clocks.rules
    return next((rule.length for rule in rules if rule.start == "chased"), 0)


@bp.post("/tips/<string:reference>/referral/sent")
@may(Act.REFER)
def referral_sent(reference: str) -> Answer:
    """Take down that a package was made. It is called referred only once it was handed over.

    Sent again because the line was cut, the same package is answered the same.
    """
    tip = locked_tip(reference)
    check_clear(tip)
    request.max_content_length = _MOST_POSTED
    content = read_json(_MOST_POSTED)
    organ = content.get("organ")
    if not isinstance(organ, str):
        abort(400)
    package = _package(content)
    if package is None:
        return refuse(words.BAD_RECORD)
    if before := _same(tip, organ, package):
        return _answer(before)
    _expect_seen(tip, content)
    try:
        made = make(db.session, tip, organ, package, actor=g.staff)
    except NotOffered:
        return refuse(words.REFUSED[NotOffered], field="organ")
    except NumberGone as error:
        return _number_gone(str(error))
    _write_sum(tip, package)
    answer = _answer(made)
    db.session.commit()
    return answer


def _answer(made: Referral) -> Response:
    # As text: a number of 63 bits is none of a browser's.
    number = letter_number(made.unit_id, made.year, made.serial)
    return jsonify(number=number, referral=str(made.id))


def _same(tip: Tip, organ: str, package: Package) -> Referral | None:
    """Find the row of a package that this member sent before."""
    query = select(Referral).where(
        Referral.tip_id == tip.id,
        Referral.organ == organ,
        Referral.sha256 == package.sha256,
        Referral.made_by == g.staff.name,
    )
    return db.session.scalars(query.limit(1)).first()


def _package(content: dict[str, Any]) -> Package | None:
    """Read what a browser posts of a package; None where its record could not be sealed anew."""
    sealed = base64_field(content, "record")
    try:
        clear_size(sealed, recipients=_READERS)
    except WrongShape:
        return None
    lock, number = content.get("lock"), content.get("number")
    if lock not in set(Lock) or not isinstance(number, str):
        abort(400)
    return Package(
        lock=Lock(lock),
        sha256=hex_field(content, "sha256", 64),
        size=_count(content, "size", 1 << 53),
        files=_count(content, "files", _MOST_FILES),
        record=sealed,
        number=number,
    )


def _count(content: dict[str, Any], name: str, most: int) -> int:
    value = content.get(name)
    if type(value) is not int or not 0 <= value <= most:
        abort(400)
    return value


def _write_sum(tip: Tip, package: Package) -> None:
    """Keep in the audit log which file was made, by its sum."""
    about = {"by": g.staff.name, "unit_id": tip.unit_id, "reference": tip.reference}
    record(db.session, "referral_packed", detail=package.sha256, **about)


def _expect_seen(tip: Tip, content: dict[str, Any]) -> None:
    """Raise `ChangedMeanwhile` unless the tip is still as the page showed it."""
    version = content.get("version")
    if not re.fullmatch("[0-9]{1,18}", str(version)):
        abort(400)
    g.seen_version = int(str(version))
    expect_version(tip, g.seen_version)


def refuse(sentence: LazyString, *, field: str = "") -> Response:
    """Answer a script with one sentence, at the field that it is about, and keep nothing."""
    db.session.rollback()
    errors = {field: [str(sentence)]} if field else {}
    response = jsonify(error="" if field else str(sentence), errors=errors)
    response.status_code = 422
    return response


def _number_gone(number: str) -> Response:
    """Tell that another letter of the unit took the number meanwhile, and the next one."""
    db.session.rollback()
    response = jsonify(error=str(words.NUMBER_GONE % {"number": number}), number=number, errors={})
    response.status_code = 409
    return response


@bp.get("/tips/<string:reference>/referral/<int:referral_id>/record.json")
@may(Act.OPEN)
def read_record(reference: str, referral_id: int) -> Answer:
    """Give the record of what left with a package, for the browser to open, and audit who asked."""
    check_clear(own_tip(db.reading, reference))
    tip = locked_tip(reference)
    found = own_referral(tip, referral_id)
    sealed = records.read_record(db.session, tip.id, found.number)
    if sealed is None or tip.status is TipStatus.PURGED:
        abort(404)
    about = {"by": g.staff.name, "unit_id": tip.unit_id, "reference": tip.reference}
    record(db.session, "referral_read", **about)
    db.session.commit()
    return jsonify(sealed=b64encode(sealed).decode("ascii"))


def own_referral(tip: Tip, referral_id: int) -> Referral:
    """Load a package of a tip; another tip's is as unknown as none."""
    query = select(Referral).where(Referral.id == referral_id, Referral.tip_id == tip.id)
    found = db.session.scalars(query).one_or_none()
    return found or abort(404)


def day_of(text: str | None) -> date | None:
    """Read a day of a form; None for what is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
