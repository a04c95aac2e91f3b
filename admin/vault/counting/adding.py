"""Adds to the numbers of `tip.counted`, at the end of the transaction in which something happened.

At its end: a number is a row that others wait for, and who held one while waiting for a tip or for
the audit log could wait for ever. The log's lines come first, in each transaction: it is imported
here, so that its own listener is the one that was asked first.
"""

import secrets
from typing import Final

from sqlalchemy import event, text
from sqlalchemy.orm import Session, SessionTransaction

from ...app_state import app_state
from ...audit import log as _first  # noqa: F401
from ...db import innermost, is_within, today
from ...tip.counted import COUNTED, Family, period_of

_WAITING: Final = "counts for the commit"
SLOTS: Final = 16
"""Rows of one number on PostgreSQL, where nodes add to it side by side. SQLite has one writer."""
_KEY: Final = ("period", "family", "part", "unit_id", "slot")


# In words: of an insert with its conflict, SQLAlchemy keeps nothing compiled. Good on both.
_ADD: Final = text(
    "INSERT INTO tally (period, family, part, unit_id, slot, count)"
    " VALUES (:period, :family, :part, :unit_id, :slot, 1)"
    " ON CONFLICT (period, family, part, unit_id, slot) DO UPDATE SET count = tally.count + 1"
)


def add(session: Session, family: Family, part: str, unit_id: str) -> None:
    """Count one more, today, at the commit; of a unit for practice nothing."""
    unit = app_state().district.units.get(unit_id)
    if unit is not None and unit.practice:
        return
    which = unit_id if COUNTED[family].by_unit else ""
    key = (period_of(family, today()), family.value, part, which)
    session.info.setdefault(_WAITING, []).append((key, innermost(session)))


@event.listens_for(Session, "before_commit")
def _write_waiting(session: Session) -> None:
    if session.in_nested_transaction() or _WAITING not in session.info:
        return
    keys = sorted(key for key, _told_in in session.info.pop(_WAITING))
    if not keys:
        return
    is_alone = session.get_bind().dialect.name == "sqlite"
    slot = 0 if is_alone else secrets.randbelow(SLOTS)
    # Sorted: two transactions that add to the same numbers take them in the same order.
    rows = [dict(zip(_KEY, (*key, slot), strict=True)) for key in keys]
    session.connection().execute(_ADD, rows if len(rows) > 1 else rows[0])


@event.listens_for(Session, "after_soft_rollback")
def _forget_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    """Drop what did not happen."""
    waiting = session.info.get(_WAITING, [])
    waiting[:] = [row for row in waiting if not is_within(row[1], transaction)]


@event.listens_for(Session, "after_transaction_end")
def _begin_anew(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WAITING, None)
