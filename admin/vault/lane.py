"""The lane 疑似机器发送: tips that stand apart from the queue until staff take them, or they go."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..models import Tip

_SIZE = select(func.count()).where(Tip.machine_unit.is_not(None))


def lane_size(session: Session) -> int:
    """Count the lane's tips of all units; from its own index, which holds no other rows."""
    return session.execute(_SIZE).scalar_one()


def leave_lane(tip: Tip) -> None:
    """Put the tip among the others of its unit: it goes no sooner than they do."""
    if tip.machine_unit is not None:
        tip.machine_unit = tip.expires_on = None
