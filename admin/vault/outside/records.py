"""Records of what left for an organ outside: among a tip's notes, and not of their chain.

They are sealed to the unit as notes are, so a new key, another unit and the sweep take them along.
The first of them has a number behind all that notes can reach.
"""

from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ...models import Note

RECORD: Final = "record"
"""The kind of such a row."""
FIRST: Final = 1_000_000


def is_note() -> ColumnElement[bool]:
    """Say that a row is a note or a grading, and no record."""
    return Note.number < FIRST


def add_record(
    session: Session, tip_id: int, number: int, sealed: bytes, *, by: str, at: int
) -> None:
    """Keep what left with the tip's package of this number. The caller has locked the tip."""
    facts = {"tip_id": tip_id, "number": FIRST + number, "kind": RECORD}
    session.add(Note(**facts, by=by, written_at=at, sealed=sealed))
    session.flush()


def read_record(session: Session, tip_id: int, number: int) -> bytes | None:
    """Read the record of a tip's package; None once its words are deleted."""
    own = (Note.tip_id == tip_id, Note.number == FIRST + number)
    return session.execute(select(Note.sealed).where(*own)).scalar_one_or_none()
