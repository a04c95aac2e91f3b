"""The lane 疑似机器发送: tips that stand apart from the queue until staff take them, or they go."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from ..models import Tip, Urgency

COUNTED_MAX = 1000
"""Beyond that the desk need not know how many there are."""
_SIZE = select(func.count()).where(Tip.machine_unit.is_not(None))


@dataclass(frozen=True)
class Waiting:
    """How many of a unit's tips wait in the lane, up to `COUNTED_MAX`."""

    tips: int
    urgent: int
    """How many of them are P0."""


def lane_size(session: Session) -> int:
    """Count the lane's tips of all units; from its own index, which holds no other rows."""
    return session.execute(_SIZE).scalar_one()


def count_waiting(session: Session, unit_id: str) -> Waiting:
    """Count a unit's tips in the lane."""
    return Waiting(*session.execute(waiting_statement(unit_id)).one())


def waiting_statement(unit_id: str) -> Select[int, int]:
    """Build the count. It walks the lane's index, the most urgent first: no P0 is cut off."""
    first = (
        select(Tip.urgency)
        .where(Tip.machine_unit == unit_id, Tip.is_open == true())
        .order_by(Tip.urgency, Tip.received_on, Tip.id)
        .limit(COUNTED_MAX)
        .subquery()
    )
    urgent = func.count().filter(first.c.urgency == Urgency.P0)
    return select(func.count(), urgent).select_from(first)


def leave_lane(tip: Tip) -> None:
    """Put the tip among the others of its unit: it goes no sooner than they do."""
    if tip.machine_unit is not None:
        tip.machine_unit = tip.expires_on = None
