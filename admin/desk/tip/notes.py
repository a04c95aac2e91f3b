"""Notes of staff about a tip, and its grading: sealed to the unit in the browser, only ever added.

A note says nothing about where the tip stands, so it takes no turn with the other acts: two members
write at once, or one decides meanwhile, and all of it is kept.
"""

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...db import SHANGHAI
from ...models import Note, Tip
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.lane import leave_lane
from ...vault.outside.records import is_note
from ...vault.store import NumberTaken
from ..services import MoveNotAllowed


class NoteKind(enum.StrEnum):
    NOTE = "note"
    GRADING = "grading"
    """Source, information and handling; the last one counts, the earlier ones stay."""


_EVENTS: Final = {NoteKind.NOTE: EventKind.NOTED, NoteKind.GRADING: EventKind.GRADED}


@dataclass(frozen=True)
class SealedNote:
    """A note as the browser sealed it. Its number, author and words stand inside once more."""

    number: int
    kind: NoteKind
    sealed: bytes


def add_note(session: Session, tip: Tip, note: SealedNote, *, actor: Staff) -> Note:
    """Add a note to a tip that the caller has locked, and a line to its history.

    Raises what `attach_note` does.
    """
    added = attach_note(session, tip, note, actor=actor)
    history.note(session, tip, Event(_EVENTS[note.kind]), by=actor.name)
    return added


def attach_note(session: Session, tip: Tip, note: SealedNote, *, actor: Staff) -> Note:
    """Add a note that says why something is done, which has a line of its own in the history.

    To write why does not say that the tip was read. Raises `NumberTaken` unless it is the next in
    the chain: the browser then reads what came between and seals it anew. Raises `MoveNotAllowed`
    once the tip's content was deleted.
    """
    if tip.status is TipStatus.PURGED:
        raise MoveNotAllowed("purged")
    own = Note.tip_id == tip.id, is_note()
    last = session.execute(select(func.max(Note.number)).where(*own)).scalar()
    if note.number != (last or 0) + 1:
        raise NumberTaken
    leave_lane(tip)
    added = Note(
        tip_id=tip.id,
        number=note.number,
        kind=note.kind.value,
        by=actor.name,
        written_at=int(time.time()),
        sealed=note.sealed,
    )
    session.add(added)
    try:
        session.flush()
    except IntegrityError as error:
        raise NumberTaken from error
    return added


def read_notes(session: Session, tip_id: int) -> Sequence[Note]:
    """Read a tip's notes and gradings, the first one first."""
    own = Note.tip_id == tip_id, is_note()
    return session.scalars(select(Note).where(*own).order_by(Note.number)).all()


def written(note: Note) -> str:
    """Tell when a note was written, by the clock of Shanghai."""
    return f"{datetime.fromtimestamp(note.written_at, SHANGHAI):%Y-%m-%d %H:%M}"
