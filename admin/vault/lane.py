"""The lane 疑似机器发送: tips that stand apart from the queue until staff take them, or they go."""

from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, object_session

from ..app_state import app_state
from ..models import LaneRank, Tip
from ..tip.counted import Family
from .counting import adding

MACHINE_DAYS: Final = 4
"""Days after which a tip of the machine lane goes unless staff take it. It goes with the first
hour of that day: three whole days (72 hours) have passed then, at whatever hour it came."""
KEPT_DAYS: Final = 31
"""The same, thirty whole days, on the supervisory way, where nothing goes early that nobody was
asked about, and for what stood in the queue before its own call led it here."""
_RISES: Final = {
    LaneRank.PROVEN: LaneRank.CALLING_PROVEN,
    LaneRank.PLAIN: LaneRank.CALLING,
}

_VOUCH = (
    update(Tip.__table__)  # type: ignore[arg-type]
    .where(Tip.id == bindparam("tip"), Tip.lane_rank == LaneRank.PLAIN)
    .values(lane_rank=LaneRank.PROVEN)
)
_SIZE = select(func.count()).where(Tip.machine_unit.is_not(None))


def lane_size(session: Session) -> int:
    """Count the lane's tips of all units; from its own index, which holds no other rows."""
    return session.execute(_SIZE).scalar_one()


def lane_days(unit_id: str) -> int:
    """Tell for how long a unit's tips stay in the lane."""
    return KEPT_DAYS if app_state().district.ways.is_sealed(unit_id) else MACHINE_DAYS


def leave_lane(tip: Tip) -> None:
    """Put the tip among the others of its unit: it goes no sooner than they do.

    A person has acted on it, wherever it stood: from now on it is as good as proven. What came into
    the lane counts as received from now on; what was led there by its own call has been counted.
    """
    session = object_session(tip)
    if tip.machine_unit is not None:
        if session is not None and not tip.is_counted:
            adding.add(session, Family.RECEIVED, tip.channel, tip.unit_id)
            tip.is_counted = True
        tip.machine_unit = tip.expires_on = None
        tip.lane_rank = LaneRank.PROVEN
    elif session is not None:
        # Beside the row's version: where the tip stands is as before, and no page of it is stale.
        session.connection().execute(_VOUCH, {"tip": tip.id})


def first_rank(*, is_proven: bool) -> LaneRank:
    """Give the rank of a tip that comes in, to the lane or to the queue."""
    return LaneRank.PROVEN if is_proven else LaneRank.PLAIN


def rise_in_lane(tip: Tip) -> None:
    """Put a tip of the lane before those that tell of no danger; it does not leave.

    A press costs a flood nothing: if it led out, all of a flood would stand in the queue.
    """
    if tip.machine_unit is not None:
        tip.lane_rank = _RISES.get(tip.lane_rank, tip.lane_rank)
