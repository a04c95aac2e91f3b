"""The lane 疑似机器发送: tips that stand apart from the queue until staff take them, or they go."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..models import LAST_IN_LANE, Tip

MACHINE_DAYS: Final = 4
"""Days after which a tip of the machine lane goes unless staff take it. It goes with the first
hour of that day: three whole days (72 hours) have passed then, at whatever hour it came."""
DANGER: Final = 2
"""Ranks by which who told of danger stands before all others in the lane."""
PROVEN: Final = 1
"""Ranks by which a tip that came with a proof of work stands before one without."""
RANKS: Final = tuple(range(LAST_IN_LANE + 1))

_SIZE = select(func.count()).where(Tip.machine_unit.is_not(None))


def lane_size(session: Session) -> int:
    """Count the lane's tips of all units; from its own index, which holds no other rows."""
    return session.execute(_SIZE).scalar_one()


def leave_lane(tip: Tip) -> None:
    """Put the tip among the others of its unit: it goes no sooner than they do."""
    if tip.machine_unit is not None:
        tip.machine_unit = tip.expires_on = None
        tip.lane_rank = LAST_IN_LANE


def first_rank(*, is_proven: bool) -> int:
    """Give the rank of a tip that comes into the lane."""
    return LAST_IN_LANE - PROVEN * is_proven


def rise_in_lane(tip: Tip) -> None:
    """Put a tip of the lane before those that tell of no danger; it does not leave.

    A press costs a flood nothing: if it led out, all of a flood would stand in the queue.
    """
    if tip.machine_unit is not None and tip.lane_rank >= DANGER:
        tip.lane_rank -= DANGER
