"""Keeps what a reporter's browser says they have seen: a box that nothing here can read or make.

Past the mapper everywhere: the tip's version stays, for who is deciding has seen the same words.
"""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from ..db import changed_rows
from ..models import Tip
from ..sealing.seen import blank


def make_room(session: Session, tip_id: int) -> None:
    """Put random bytes where the box will lie, with the first answer. The caller commits.

    From then on the column is never empty, and tells nothing of whether anybody came.
    """
    _put(session, blank(), Tip.id == tip_id, Tip.seen.is_(None))


def has_room(session: Session, lookup: bytes) -> bool:
    """Tell whether something was answered under a peppered lookup."""
    query = select(Tip.id).where(Tip.lookup == lookup, Tip.seen.is_not(None))
    return session.execute(query).first() is not None


def keep(session: Session, lookup: bytes, box: bytes) -> bool:
    """Put a new box over the last one; False where there is no room. The caller commits."""
    return _put(session, box, Tip.lookup == lookup, Tip.seen.is_not(None))


def _put(session: Session, box: bytes, *where: ColumnElement[bool]) -> bool:
    change = update(Tip).where(*where).values(seen=box)
    result = session.execute(change.execution_options(synchronize_session=False))
    return changed_rows(result) > 0
