"""Reads what waits in a unit, since when, and who has how many in hand. Covers only, and few rows.

What each member has in hand is counted afresh, ordered by name, and stored nowhere: it helps to
hand out work, and is no measure of anybody. There is no count of what anybody has done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ...tip.urgency import Urgency
from ..queue.lanes import LANES, IndexScan, Lane, Viewer, tip


@dataclass(frozen=True)
class Oldest:
    """Since when the longest waiting tips have waited."""

    free: Mapping[Urgency, date]
    """The day of receipt of the oldest that nobody has taken, for each urgency that has one."""
    overdue: date | None
    """The deadline that has been missed for longest."""


def read_oldest(session: Session, viewer: Viewer) -> Oldest:
    """Read the first row of each walk: what it costs does not grow with what is stored."""
    row = session.connection().execute(oldest_statement(), viewer.parameters()).one()
    free = {level: row._mapping[level] for level in Urgency if row._mapping[level] is not None}
    return Oldest(free, row.overdue)


@cache
def oldest_statement() -> Select[*tuple[Any, ...]]:
    free, overdue = LANES[Lane.FREE][0], LANES[Lane.OVERDUE][0]
    return select(
        *(_first(free.at(level), tip.c.received_on).label(level) for level in Urgency),
        _first(overdue, tip.c.due_on).label("overdue"),
    )


def _first(walk: IndexScan, column: Any) -> Any:
    found = select(column).where(*walk.where).order_by(*walk.order()).limit(1)
    return found.correlate(None).scalar_subquery()
