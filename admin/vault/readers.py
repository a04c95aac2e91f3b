"""Who has read which tip, and from whom it is hidden because they have a part in it.

Nothing of a tip's words: how many messages and notes there were when a member was last shown them.
A count tells what came since as well as a time would, and no row holds a time of a reporter's act.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from ..db import today
from ..models import Decision, Note, Recusal, Tip, TipReader
from ..tip.events import EventKind
from .outside.records import is_note


class NotCleared(Exception):
    """The member has not said yet that they have no part in this tip."""


def recused_tips(member_id: int | ColumnElement[int]) -> Select[int]:
    """Select the tips that are hidden from a member: a handful, read once for a whole query."""
    open_ones = (Recusal.member_id == member_id, Recusal.lifted_on.is_(None))
    return select(Recusal.tip_id).where(*open_ones).correlate(None)


def shown_to(member_id: int) -> ColumnElement[bool]:
    """Return the condition that a tip is not hidden from a member."""
    return Tip.id.not_in(recused_tips(member_id))


def is_recused(session: Session, tip_id: int, member_id: int) -> bool:
    """Tell whether a tip is hidden from a member."""
    mine = recused_tips(member_id).where(Recusal.tip_id == tip_id)
    return session.execute(mine).first() is not None


def recused_members(session: Session, tip_id: int) -> set[int]:
    """Return the members from whom a tip is hidden."""
    query = select(Recusal.member_id).where(Recusal.tip_id == tip_id, Recusal.lifted_on.is_(None))
    return set(session.scalars(query))


def clear(session: Session, tip: Tip, member_id: int) -> bool:
    """Keep that a member has no part in a tip that the caller has locked; False if it was kept."""
    if session.get(TipReader, (tip.id, member_id)) is not None:
        return False
    session.add(TipReader(tip_id=tip.id, member_id=member_id, cleared_on=today()))
    session.flush()
    return True


def is_clear(session: Session, tip_id: int, member_id: int) -> bool:
    """Tell whether a member has said to have no part in a tip."""
    return session.get(TipReader, (tip_id, member_id)) is not None


def unclear(session: Session, tip_id: int, member_id: int) -> None:
    """Forget it: the member has found a part of theirs in it, and would have to say so anew."""
    row = session.get(TipReader, (tip_id, member_id))
    if row is not None:
        session.delete(row)
        session.flush()


def note_read(session: Session, tip: Tip, member_id: int) -> None:
    """Keep how much of a tip a member is shown now."""
    session.execute(
        update(TipReader)
        .where(TipReader.tip_id == tip.id, TipReader.member_id == member_id)
        .values(messages=tip.talk_length, notes=_count_notes(session, tip.id))
        .execution_options(synchronize_session=False)
    )


def has_read(session: Session, tip: Tip, member_id: int, *, note: int | None = None) -> bool:
    """Tell whether a member was shown all messages of a tip, and its notes up to one."""
    row = session.get(TipReader, (tip.id, member_id), populate_existing=True)
    if row is None or row.messages is None or row.messages < tip.talk_length:
        return False
    return (row.notes or 0) >= (note or 0)


def was_opened(session: Session, tip: Tip) -> bool:
    """Tell whether any member has ever opened a tip."""
    shown = exists().where(TipReader.tip_id == tip.id, TipReader.messages.is_not(None))
    first = exists().where(Decision.tip_id == tip.id, Decision.kind == EventKind.FIRST_READ)
    return bool(session.execute(select(or_(shown, first))).scalar_one())


def _count_notes(session: Session, tip_id: int) -> Any:
    own = Note.tip_id == tip_id, is_note()
    return session.execute(select(func.count()).where(*own)).scalar_one()
