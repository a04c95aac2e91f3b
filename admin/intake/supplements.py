"""More words and files under a form that made a tip before: a message to that tip's unit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ..cleaning import Uncleanable
from ..db.commits import confirm_earlier
from ..models import Direction, Tip
from ..sealing import age, payload
from ..sealing.files import FileEntry
from ..sealing.marks import Unmarked, check_marks
from ..tip.events import EventKind
from ..tip.routing import choose_urgency
from ..tip.status import TipStatus
from ..vault import history, store
from ..vault.files import uploads
from ..vault.spent import nonces
from ..vault.units import OpenUnit, readers_of
from .submission import Intake, Submission


@dataclass(frozen=True)
class SealedFile:
    """A file that lies in the store and that no message names yet."""

    name: str = field(repr=False)
    mark: bytes = field(repr=False)
    """By which it is known again; files in one blob have one mark together."""
    entries: tuple[FileEntry, ...]
    """What the message says of it: one entry, or two where the original goes along."""
    reason: Uncleanable | None
    """Why it was not cleaned; None where it was."""


class UnitClosedSince(Exception):
    """The tip is stored, but its unit can read no words now: what was added is not stored."""


def _readers_of(session: Session, intake: Intake, tip: Tip) -> OpenUnit:
    """Find the key to which more words for the tip are sealed. Raises `UnitClosedSince`."""
    unit = readers_of(
        session, intake.district, intake.units, unit_id=tip.unit_id, key_id=tip.unit_key_id
    )
    if unit is None:
        raise UnitClosedSince
    try:
        store.check_key(session, tip, unit.key_id)
    except store.KeyChanged:
        # Read a moment ago, before the unit renewed its key; the next try finds the new one.
        raise UnitClosedSince from None
    return unit


def refuse_strayed(tip: Tip, sent: Submission) -> None:
    """Raise `Strayed` where somebody moved the tip whose receipt this form made.

    Before anything else is judged: words that must not reach that unit would go their own way, and
    nobody would learn that their tip was moved. One without any mark may be from before there were.
    """
    try:
        check_marks(tip.marks, sent.keys.talk, tip.unit_id, tip.reference)
    except Unmarked:
        return


def supplement(session: Session, sent: Submission, tip: Tip) -> None:
    """Add words as a message to the tip that the same form made before.

    Raises `UnitClosedSince`; `Strayed` and `Unmarked` where the tip has no mark of the unit at
    which it is said to lie.
    """
    _add_message(session, sent, tip, sent.body)
    urgency = choose_urgency(sent.circumstances)
    store.make_urgent(session, tip, urgency, sent.intake.district)
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)


def add_files(session: Session, sent: Submission, files: Sequence[SealedFile]) -> None:
    """Add files as a message to the tip that the same form made; those known by now are left out.

    The caller commits. Raises `UnitClosedSince` where nobody reads the tip now, `NotWhole`, and
    what `supplement` raises where the tip lies astray.
    """
    spent = nonces.spent_bodies(session, sent.nonce.nonce)
    tip = store.find_tip(session, sent.lookup, lock=True)
    if tip is None or tip.status is TipStatus.PURGED:
        raise UnitClosedSince
    fresh = [file for file in files if file.mark not in spent]
    if not fresh:
        confirm_earlier(session)
        return
    entries = [entry for file in fresh for entry in file.entries]
    _add_message(session, sent, tip, _to_json({"files": [one.to_dict() for one in entries]}))
    uploads.attach(session, tip.id, sorted({entry.blob for entry in entries}))
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)
    for mark in {file.mark for file in fresh}:
        nonces.spend(session, sent.nonce.nonce, mark, day=sent.nonce.day)


def _add_message(session: Session, sent: Submission, tip: Tip, body: str) -> None:
    unit = _readers_of(session, sent.intake, tip)
    check_marks(tip.marks, sent.keys.talk, unit.unit_id, tip.reference)
    state = store.talk_state(session, tip)
    envelope = payload.Envelope.make(
        body,
        sent.keys.talk,
        kind="supplement",
        direction="reporter",
        reference=tip.reference,
        number=state.number + 1,
        previous=state.digest,
    )
    store.add_message(
        session,
        tip,
        number=envelope.number,
        direction=Direction.REPORTER,
        digest=envelope.digest,
        sealed=age.seal(
            envelope.to_bytes(), [age.parse_recipient(text) for text in unit.recipients]
        ),
    )


def _to_json(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
