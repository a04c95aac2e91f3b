"""More words and files under a form that made a tip before: a message to that tip's unit."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from ..models import Direction, Tip, TipStatus
from ..sealing import age, payload
from ..sealing.files import FileEntry
from ..vault import history, nonces, store, uploads
from ..vault.routes import choose_urgency
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


def supplement(
    session: Session, sent: Submission, tip: Tip, *, known: frozenset[str] | None
) -> None:
    """Add what was sent as a message to the tip that the same form made before.

    `known` are the files that came with the same words already: then the others are added alone.
    Raises `UnitClosedSince` and `NotWhole`.
    """
    files = [file for file in sent.files if known is None or file.digest not in known]
    entries = [entry for file in files for entry in file.entries]
    unit = _readers_of(session, sent.intake, tip)
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
    if tip.label is not None:
        # A supervisory tip, which has no label, stays P1 whatever is added.
        tip.urgency = min(tip.urgency, choose_urgency(sent.circumstances))
    history.heard_from_reporter(session, tip, reason=history.Reason.MORE_WORDS)


def add_files(session: Session, sent: Submission) -> None:
    """Add files alone to the tip that the same form made; what is there already is not added again.

    The caller commits. Raises `UnitClosedSince` where nobody reads the tip now, and `NotWhole`.
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
