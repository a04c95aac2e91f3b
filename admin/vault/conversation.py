"""Reads a tip's talk: its rows, how many there ought to be, and which way the tip went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, bindparam, func, literal, select, true
from sqlalchemy.orm import Session

from ..models import Decision, Direction, Message, Referral, Tip, Transfer
from ..tip.events import EventKind

TalkRow = Row[int, int, Direction, date, str, bytes, str | None]
"""The talk's length beside number, direction, day, digest, sealed bytes and act of a message."""


@dataclass(frozen=True)
class LastTransfer:
    """What a reporter learns of the last time that another unit was to take the tip."""

    day: date
    is_taken: bool | None
    """None while it waits; false where it came back."""


@dataclass(frozen=True)
class LastReferral:
    """What a reporter learns of what left for organs outside: of what is out, or was last."""

    day: date
    end: str | None
    """How it came out; None while it is with the organ."""


@dataclass(frozen=True)
class Talk:
    """The rows of a talk in order; `length` is the count that the tip itself keeps of them."""

    length: int
    rows: Sequence[TalkRow]
    transfer: LastTransfer | None = None
    referral: LastReferral | None = None
    is_rewarded: bool = False
    """A letter with a code was written."""


_ONE = select(literal(1).label("one")).subquery()

_LAST = (
    select(Transfer.made_on, Transfer.settled_on, Transfer.is_taken)
    .where(Transfer.tip_id == bindparam("tip"))
    .order_by(Transfer.step.desc())
    .limit(1)
    .subquery()
)

# What has left, and no package that never did.
_REFERRAL = (
    select(
        func.coalesce(Referral.settled_on, Referral.sent_on).label("referral_on"),
        Referral.end.label("referral_end"),
    )
    .where(Referral.tip_id == bindparam("tip"), Referral.sent_on.is_not(None))
    .order_by(Referral.settled_on.is_not(None), Referral.number.desc())
    .limit(1)
    .subquery()
)

_REWARD = (
    select(Decision.id.label("reward_id"))
    .where(Decision.tip_id == bindparam("tip"), Decision.kind == EventKind.REWARD_GIVEN)
    .limit(1)
    .subquery()
)

# All in one statement: read one after the other, a message that came between the two would
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
        *_LAST.c,
        *_REFERRAL.c,
        *_REWARD.c,
    )
    # Before them one row that is always there: no tip costs what a tip without a talk does.
    .select_from(_ONE.outerjoin(Tip, Tip.id == bindparam("tip")))
    .outerjoin(Message, Message.tip_id == Tip.id)
    .outerjoin(_LAST, true())
    .outerjoin(_REFERRAL, true())
    .outerjoin(_REWARD, true())
    .order_by(Message.number)
)


def read_talk(session: Session, tip_id: int) -> Talk:
    """Read the talk of a tip; of a tip that is not there, an empty one."""
    found = session.execute(_TALK, {"tip": tip_id}).all()
    first = found[0]
    day = first.settled_on or first.made_on
    transfer = LastTransfer(day, first.is_taken) if day else None
    rows = [row for row in found if row.number is not None]
    day = first.referral_on
    referral = LastReferral(day, first.referral_end) if day else None
    is_rewarded = first.reward_id is not None
    return Talk(first.talk_length or 0, rows, transfer, referral, is_rewarded)
