"""The form with scripts: a tip comes in sealed, and no word of it reaches the server in clear."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from ..db import db
from ..house import house
from ..models import Urgency
from ..sealed_json import answer_json, base64_field, hex_field, read_json, text_field
from ..sealing.payload import LABEL_STEP, TIP_STEP
from ..sealing.shape import WrongShape, clear_size
from ..security import public
from ..vault import challenges, store, vault
from ..vault.challenges import SolvedChallenge
from ..vault.lane import lane_size
from ..vault.units import OpenUnit
from .challenge import challenges as our_challenges
from .flood import Verdict, flood

bp = Blueprint("intake_scripted", __name__)
MOST_BODY = 128 * 1024
MOST_SEALED = 64 * 1024
_STEP = 4096
_REFERENCE = re.compile("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
_URGENCY = re.compile("|".join(Urgency))
_KEY_ID = re.compile("[0-9]{1,19}")
_NAME = re.compile("[A-Za-z0-9_-]{1,40}")
_ANYTHING = re.compile(".*", re.DOTALL)


@dataclass(frozen=True)
class Parcel:
    """A tip as the browser sealed it."""

    reference: str
    lookup: bytes
    """Peppered, as it is stored."""
    unit_id: str
    key_id: int | None
    """Which of the unit's keys it is sealed to."""
    urgency: Urgency
    label: bytes | None
    sealed: bytes
    proof: SolvedChallenge | None
    is_decoy: bool

    def tip(self, unit: OpenUnit, *, is_machine: bool) -> store.SealedTip:
        return store.SealedTip(
            reference=self.reference,
            lookup=self.lookup,
            unit_id=unit.unit_id,
            unit_key_id=unit.key_id,
            urgency=self.urgency,
            label=self.label,
            sealed=self.sealed,
            is_machine=is_machine,
        )


@bp.post("/tip/challenge")
@public
def give_challenge() -> Response:
    """Give a proof of work to do; by POST, so that nothing fetches it beforehand or keeps it."""
    read_json(_STEP)
    return _answer(our_challenges().new(flood().max_number()))


@bp.post("/tip/sealed")
@public
def store_sealed() -> Response:
    """Store a tip that the reporter's browser sealed, with the proof that it did some work."""
    parcel = _parcel(read_json(MOST_BODY))
    try:
        return _take(parcel)
    except SQLAlchemyError:
        # The database is full, busy or away. The browser keeps the words and comes again.
        db.session.rollback()
        return _busy()


def _take(parcel: Parcel) -> Response:
    unit = vault().units.get().get(parcel.unit_id)
    if unit is not None and parcel.key_id not in (None, unit.key_id):
        # Sealed to a key that the unit has renewed since: the browser asks again, and seals anew.
        unit = None
    if unit is None or parcel.proof is None:
        # It may have been stored while they were good. Asked of the reader: no lock for nothing.
        problem = "unit_closed" if unit is None else "challenge"
        return _stored_before(parcel, db.reading) or _refusal(problem)
    try:
        return _store(parcel, unit, parcel.proof)
    except IntegrityError:
        db.session.rollback()
        return _conflict(parcel, parcel.proof)


def _store(parcel: Parcel, unit: OpenUnit, proof: SolvedChallenge) -> Response:
    """Store tip and spent proof in one transaction. Raises IntegrityError where one is known."""
    session = db.session
    # First: who sends one proof again and again gets no further, and takes of no budget.
    challenges.spend(session, proof)
    verdict = flood().judge(
        proven=True, group=None, decoy=parcel.is_decoy, lane_size=lambda: lane_size(session)
    )
    if verdict is Verdict.REST:
        again = _stored_before(parcel, session)
        session.rollback()
        return again or _busy()
    is_machine = verdict is Verdict.MACHINE
    store.store_tip(session, parcel.tip(unit, is_machine=is_machine))
    session.commit()
    return _stored(is_machine=is_machine)


def _conflict(parcel: Parcel, proof: SolvedChallenge) -> Response:
    """Look which of the tip's three unique things is known. Whoever was first has committed."""
    # A reader that began earlier would not see it.
    db.reading.rollback()
    again = _stored_before(parcel, db.reading)
    is_spent = challenges.is_spent(db.reading, proof)
    if not is_spent:
        _use_up(proof)
    return again or _refusal("challenge" if is_spent else "reference_taken")


def _use_up(proof: SolvedChallenge) -> None:
    """Spend the proof of a tip that was not stored: it has taken of the budget."""
    try:
        challenges.spend(db.session, proof)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def _stored_before(parcel: Parcel, session: Session) -> Response | None:
    """Answer as at the first time where the lookup is known; None where it is not."""
    found = store.find_stored(session, parcel.lookup)
    if found is None:
        return None
    if found.sealed != parcel.sealed:
        return _refusal("other_words")
    return _stored(is_machine=found.is_machine)


def _stored(*, is_machine: bool) -> Response:
    return _answer({"stored": True, "lane": "machine" if is_machine else ""})


def _refusal(problem: str) -> Response:
    return _answer({"error": problem}, 400 if problem == "challenge" else 409)


def _busy() -> Response:
    response = _answer({"error": "busy"}, 503)
    response.headers["Retry-After"] = "60"
    return response


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return answer_json(content, status, step=_STEP)


def _parcel(content: dict[str, Any]) -> Parcel:
    """Read what was posted; refuse what no browser of ours sends."""
    urgency = Urgency(text_field(content, "urgency", _URGENCY))
    unit_id = text_field(content, "unit", _NAME)
    sealed = base64_field(content, "sealed")
    if len(sealed) > MOST_SEALED:
        abort(413)
    size = _clear_size(sealed, recipients=2)
    if size % TIP_STEP or not size:
        abort(400)
    lookup = bytes.fromhex(hex_field(content, "lookup", 32))
    return Parcel(
        reference=text_field(content, "reference", _REFERENCE),
        lookup=house().peppered(lookup),
        unit_id=unit_id,
        key_id=int(text_field(content, "key", _KEY_ID)) if "key" in content else None,
        urgency=urgency,
        label=_label(base64_field(content, "label"), unit_id, urgency),
        sealed=sealed,
        proof=our_challenges().read(text_field(content, "proof", _ANYTHING)),
        is_decoy=bool(text_field(content, "website", _ANYTHING)),
    )


def _label(label: bytes, unit_id: str, urgency: Urgency) -> bytes | None:
    """Check a label. A supervisory tip has none, and is P1 whatever it says."""
    if label:
        if _clear_size(label, recipients=1) != LABEL_STEP:
            abort(400)
        return label
    district = house().district
    if unit_id not in (district.supervisory, district.upper) or urgency is not Urgency.P1:
        abort(400)
    return None


def _clear_size(sealed: bytes, *, recipients: int) -> int:
    try:
        return clear_size(sealed, recipients=recipients)
    except WrongShape:
        abort(400)
