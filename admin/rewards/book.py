"""The list by which codes are paid. A row holds a hash, a sum and the last day of a quarter.

No row leads to a tip, a unit, a member or the day on which it was granted or paid. The caller
commits. No Flask in here.
"""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ..db import changed_rows, today
from ..models import Reward

TOLD_DAYS: Final = 92
"""For so long after its last day a code is still told to be paid or over; then it is unknown."""
SLIP: Final = 12
"""Characters of a hash by which the paying office's own ledger names what it paid."""
_LOST: Final = SLIP // 2
"""Bytes of the key of a row that stands for a payment whose code the restored backup never had."""
_LOST_DAYS: Final = 640
"""So long it is told: a code is good for twelve months and the rest of a quarter at most."""


class State(enum.StrEnum):
    """How a code stands."""

    GOOD = "good"
    PAID = "paid"
    OVER = "over"
    STOPPED = "stopped"
    """A backup was restored, and nobody has said yet what was paid since it was made."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Found:
    """What the paying office learns of a code, and no more."""

    state: State
    sum: int = 0
    until: date | None = None
    is_new: bool = False
    """It was struck out by this very request, and not a moment ago by the same press."""


UNKNOWN: Final = Found(State.UNKNOWN)


def slip_of(key: bytes) -> str:
    """Return what a payment is called in the office's ledger; it leads to no code."""
    return key.hex()[:SLIP]


def enter(session: Session, key: bytes, *, sum_: int, until: date) -> None:
    """Put a code's hash on the list."""
    session.add(Reward(key=key, sum=sum_, until=until))
    session.flush()


def look_up(session: Session, key: bytes) -> Found:
    """Tell how a code stands; one that a restore lost, by what the ledger said of it."""
    row = session.get(Reward, key) or session.get(Reward, key[:_LOST])
    return _found(row) if row else UNKNOWN


def strike_out(session: Session, key: bytes, mark: bytes) -> Found:
    """Strike a good code out; of two who do it at once, one does.

    `GOOD` tells that it was struck out by this very press, now or a moment ago: what was lost on
    the way is asked again.
    """
    good = Reward.key == key, Reward.paid_mark.is_(None), Reward.is_stopped.is_(False)
    struck = update(Reward).where(*good, Reward.until >= today()).values(paid_mark=mark)
    is_new = changed_rows(session.execute(struck)) > 0
    row = session.get(Reward, key, populate_existing=True)
    if row is None:
        return look_up(session, key)
    if row.paid_mark == mark:
        return Found(State.GOOD, row.sum, row.until, is_new=is_new)
    return _found(row)


def _found(row: Reward) -> Found:
    if row.paid_mark is not None:
        return Found(State.PAID)
    if row.until < today():
        return Found(State.OVER)
    if row.is_stopped:
        return Found(State.STOPPED)
    return Found(State.GOOD, row.sum, row.until)


def is_stopped(session: Session) -> bool:
    """Tell whether a restored list waits for the office to say what it has paid since."""
    query = select(Reward.key).where(Reward.is_stopped.is_(True)).limit(1)
    return session.execute(query).first() is not None


def resume(session: Session, slips: Collection[str], mark: bytes) -> None:
    """Strike out what the office's ledger names, and let the rest be paid again.

    A slip that names nothing on the list was granted after the backup was made. It is kept as a row
    of its own, so that its code is told to be paid, and its unit asks before it grants another.
    """
    rows = session.scalars(select(Reward).with_for_update()).all()
    named = {slip_of(row.key): row for row in rows}
    for slip in slips:
        if slip not in named:
            named[slip] = _lost(slip)
            session.add(named[slip])
        named[slip].paid_mark = named[slip].paid_mark or mark
    session.flush()
    session.execute(update(Reward).values(is_stopped=False))


def _lost(slip: str) -> Reward:
    return Reward(key=bytes.fromhex(slip), sum=0, until=today() + timedelta(days=_LOST_DAYS))


def lost_slips(session: Session) -> list[str]:
    """Name what was paid since the backup that was restored, and is on no list."""
    query = select(Reward.key).where(func.length(Reward.key) == _LOST).order_by(Reward.key)
    return [slip_of(key) for key in session.scalars(query)]


def forget_old(session: Session) -> int:
    """Delete what was over long ago, paid or not."""
    last = today() - timedelta(days=TOLD_DAYS)
    return changed_rows(session.execute(delete(Reward).where(Reward.until < last)))
