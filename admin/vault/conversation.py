"""Reads a tip's talk: its rows, and how many there ought to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, bindparam, literal, select
from sqlalchemy.orm import Session

from ..models import Direction, Message, Tip

TalkRow = Row[int, int, Direction, date, str, bytes, str | None]
"""The talk's length beside number, direction, day, digest, sealed bytes and act of a message."""


@dataclass(frozen=True)
class Talk:
    """The rows of a talk in order; `length` is the count that the tip itself keeps of them."""

    length: int
    rows: Sequence[TalkRow]


_ONE = select(literal(1).label("one")).subquery()

# Both sides in one statement: read one after the other, a message that came between the two would
# look like one that went missing.
_TALK = (
    select(
        Tip.talk_length,
        Message.number,
        Message.direction,
        Message.sent_on,
        Message.digest,
        Message.sealed,
        Message.act,
    )
    # Before them one row that is always there: no tip costs what a tip without a talk does.
    .select_from(_ONE.outerjoin(Tip, Tip.id == bindparam("tip")))
    .outerjoin(Message, Message.tip_id == Tip.id)
    .order_by(Message.number)
)


def read_talk(session: Session, tip_id: int) -> Talk:
    """Read the talk of a tip; of a tip that is not there, an empty one."""
    found = session.execute(_TALK, {"tip": tip_id}).all()
    return Talk(found[0].talk_length or 0, [row for row in found if row.number is not None])
