"""Keeps a unit's ready answers: sealed in a member's browser to the unit, like a hand-over note.

They lie in one table with those, so that a new key of the unit finds them too. An answer that is
changed is a new row in the old one's place: of two members who change one at once, the second finds
it gone, and is told.
"""

from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ...db import changed_rows
from ...models import HandoverNote
from ..duty.shifts import add_handover

KIND: Final = "template"
MOST: Final = 40
"""Ready answers that a unit keeps at most: more are no help to anybody who looks for one."""


class Gone(Exception):
    """The answer that was to be changed or deleted is not there any more."""


class TooMany(Exception):
    """The unit keeps as many as it may."""


def read_ready(session: Session, unit_id: str) -> list[HandoverNote]:
    query = select(HandoverNote).where(*_own(unit_id)).order_by(HandoverNote.id)
    return list(session.scalars(query))


def put_ready(
    session: Session,
    unit_id: str,
    *,
    key: str,
    by: str,
    sealed: bytes,
    now: int,
    replaces: int | None = None,
) -> None:
    """Add an answer, or put it in the place of another. The caller commits, or rolls back.

    Raises `shifts.OldKey`, `Gone` or `TooMany`.
    """
    note = add_handover(session, unit_id, key=key, by=by, sealed=sealed, now=now)
    note.kind = KIND
    if replaces is not None:
        delete_ready(session, unit_id, replaces)
    session.flush()
    count = select(func.count()).select_from(HandoverNote).where(*_own(unit_id))
    if session.execute(count).scalar_one() > MOST:
        raise TooMany


def delete_ready(session: Session, unit_id: str, answer_id: int) -> None:
    """Delete an answer of this unit. Raises `Gone`."""
    gone = delete(HandoverNote).where(HandoverNote.id == answer_id, *_own(unit_id))
    if not changed_rows(session.execute(gone)):
        raise Gone


def _own(unit_id: str) -> tuple[ColumnElement[bool], ...]:
    return HandoverNote.unit_id == unit_id, HandoverNote.kind == KIND
