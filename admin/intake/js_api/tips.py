"""The form with scripts: a tip comes in sealed, and no word of it reaches the server in clear."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...db import db
from ...db.commits import confirm_earlier
from ...logs import log_fault
from ...tip.problems import Problem
from ...vault import store, vault
from ...vault.cover import Cover, read_cover
from ...vault.files import uploads
from ...vault.files.room import says_full
from ...vault.files.sent import (
    TooMuch,
    check_free,
    read_files,
)
from ...vault.lane import lane_size
from ...vault.spent import challenges
from ...vault.spent.challenges import SolvedChallenge
from ...vault.units import OpenUnit
from ...web.security import public
from ...wire.drafts import answer_ticket
from ...wire.fields import text_field
from ...wire.json_api import answer_json, answer_problem, read_json
from ..challenge import challenges as our_challenges
from ..flood import Verdict, flood

bp = Blueprint("intake_scripted", __name__)
MOST_BODY = 128 * 1024
_STEP = 4096
_ANYTHING = re.compile(".*", re.DOTALL)


@dataclass(frozen=True)
class Parcel:
    """A tip as the browser sealed it, and what it brings against floods."""

    cover: Cover
    proof: SolvedChallenge | None
    is_decoy: bool
    files: tuple[str, ...] = ()
    """The blobs that it names; stored with it or not at all."""


@bp.post("/tip/challenge")
@public
def give_challenge() -> Response:
    """Give a proof of work to do; by POST, so that nothing fetches it beforehand or keeps it."""
    read_json(_STEP)
    return _answer(our_challenges().new(flood().max_number()))


@bp.post("/tip/draft")
@public
def give_draft_key() -> Response:
    """Give a draft's key to the tab that kept the draft, so that a reload loses no word."""
    return answer_ticket(app_state().drafts)


@bp.post("/tip/sealed")
@public
def store_sealed() -> Response:
    """Store a tip that the reporter's browser sealed, with the proof that it did some work."""
    try:
        return _take(_parcel(read_json(MOST_BODY)))
    except TooMuch:
        return _refusal(Problem.TOO_BIG)
    except SQLAlchemyError as error:
        # The database is full, busy or away. The browser keeps the words and comes again.
        db.session.rollback()
        log_fault(error)
        vault().room.heed(error)
        return _refusal(Problem.NO_ROOM) if says_full(error) else _busy()


def _take(parcel: Parcel) -> Response:
    unit = parcel.cover.open_unit(vault().units.get())
    if unit is None or parcel.proof is None:
        # It may have been stored while they were good. Asked of the reader: no lock for nothing.
        problem = Problem.UNIT_CLOSED if unit is None else Problem.CHALLENGE
        return _stored_before(parcel, db.reading) or _refusal(problem)
    if not vault().room.takes_words:
        return _stored_before(parcel, db.reading) or _refusal(Problem.NO_ROOM)
    try:
        return _store(parcel, unit, parcel.proof)
    except IntegrityError:
        db.session.rollback()
        return _conflict(parcel, parcel.proof)
    except uploads.NotWhole:
        db.session.rollback()
        return _stored_before(parcel, db.reading) or _refusal(Problem.FILES)


def _store(parcel: Parcel, unit: OpenUnit, proof: SolvedChallenge) -> Response:
    """Store tip, files and spent proof in one transaction.

    Raises IntegrityError where one is known, and `NotWhole` where a file is not there.
    """
    session = db.session
    # First: who sends one proof again and again gets no further, and takes of no budget.
    challenges.spend(session, proof)
    check_free(session, parcel.files)
    verdict = flood().judge(
        proven=True, group=None, decoy=parcel.is_decoy, lane_size=lambda: lane_size(session)
    )
    if verdict is Verdict.REST:
        again = _stored_before(parcel, session)
        session.rollback()
        return again or _busy()
    is_machine = verdict is Verdict.MACHINE
    tip = parcel.cover.tip(unit, is_machine=is_machine, is_proven=True)
    tip_id = store.store_tip(session, tip)
    uploads.attach(session, tip_id, parcel.files)
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
    return again or _refusal(Problem.CHALLENGE if is_spent else Problem.REFERENCE_TAKEN)


def _use_up(proof: SolvedChallenge) -> None:
    """Spend the proof of a tip that was not stored: it has taken of the budget."""
    try:
        challenges.spend(db.session, proof)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def _stored_before(parcel: Parcel, session: Session) -> Response | None:
    """Answer as at the first time where the lookup is known; None where it is not."""
    found = store.find_stored(session, parcel.cover.lookup, parcel.cover.sealed)
    if found is None:
        return None
    if not found.is_same:
        return _refusal(Problem.OTHER_WORDS)
    db.session.rollback()
    confirm_earlier(db.session)
    db.session.commit()
    return _stored(is_machine=found.is_machine)


def _stored(*, is_machine: bool) -> Response:
    return _answer({"stored": True, "lane": "machine" if is_machine else ""})


def _refusal(problem: Problem) -> Response:
    return answer_problem(problem, step=_STEP)


def _busy() -> Response:
    return answer_problem(Problem.BUSY, step=_STEP, retry_after=60)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return answer_json(content, status, step=_STEP)


def _parcel(content: dict[str, Any]) -> Parcel:
    """Read what was posted; refuse what no browser of ours sends."""
    return Parcel(
        cover=read_cover(content),
        proof=our_challenges().read(text_field(content, "proof", _ANYTHING)),
        is_decoy=bool(text_field(content, "website", _ANYTHING)),
        files=read_files(content),
    )
