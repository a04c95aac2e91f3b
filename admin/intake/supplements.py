"""More words and files under a form that made a tip before: a message to that tip's unit."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

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


def supplement(
    session: Session, sent: Submission, tip: Tip, *, known: frozenset[str] | None
) -> None:
    """Add what was sent as a message to the tip that the same form made before.

    `known` are the files that came with the same words already: then the others are added alone.
    Raises `UnitClosedSince` and `NotWhole`; `Strayed` and `Unmarked` where the tip has no mark of
    the unit at which it is said to lie.
    """
    files = [file for file in sent.files if known is None or file.digest not in known]
    entries = [entry for file in files for entry in file.entries]
    unit = _readers_of(session, sent.intake, tip)
    check_marks(tip.marks, sent.keys.talk, unit.unit_id, tip.reference)
    state = store.talk_state(session, tip)
    envelope = payload.Envelope.make(
        _body(sent, entries, is_known=known is not None),
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
    uploads.attach(session, tip.id, sorted({entry.blob for entry in entries}))
    urgency = choose_urgency(sent.circumstances)
    store.make_urgent(session, tip, urgency, sent.intake.district)
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)


def add_files(session: Session, sent: Submission) -> None:
    """Add files alone to the tip that the same form made; what is there already is not added again.

    The caller commits. Raises `UnitClosedSince` where nobody reads the tip now, `NotWhole`, and
    what `supplement` raises where the tip lies astray.
    """
    spent = nonces.spent_bodies(session, sent.nonce.nonce)
    tip = store.find_tip(session, sent.lookup, lock=True)
    if tip is None or tip.status is TipStatus.PURGED:
        raise UnitClosedSince
    if sent.mac in spent:
        return
    supplement(session, sent, tip, known=sent.known_among(spent))
    is_closed = any(spent.values())
    nonces.spend(session, sent.nonce.nonce, sent.mac, day=sent.nonce.day, closed=is_closed)


def _body(sent: Submission, entries: Sequence[FileEntry], *, is_known: bool) -> str:
    """Write the message: as the answers alone, where no files are added."""
    if not entries:
        return sent.body
    content = {**({} if is_known else sent.answers), "files": [one.to_dict() for one in entries]}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
