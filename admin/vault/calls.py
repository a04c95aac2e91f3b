"""Calls that nobody vouches for: few at once stand in the queue, the others in the lane.

A press of 我有危险 costs nothing, and neither does the form's answer that it happens now. So of the
tips of a unit that came without a proof of work, and on which no person has acted, only a few may
wait as P0 at one time. They are counted in the database: all nodes share the budget, over any hour.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from ..db import today
from ..models import LaneRank, Tip
from ..tip.channels import Channel
from ..tip.status import TipStatus
from ..tip.urgency import Urgency
from .lane import KEPT_DAYS, rise_in_lane

CALLS_MAX: Final = 3
"""Calls without a proof that wait at once in a unit's queue; while so many do, they ring at the
lane's hours alone."""
_LOCK: Final = 771_642
"""Any number: of the locks by which those who ask for one unit's last place wait for each other."""
UNPROVEN: Final[ColumnElement[bool]] = and_(
    Tip.lane_rank == LaneRank.PLAIN, Tip.channel == Channel.FORM
)
"""What came by the form without a proof, and on which nobody has acted yet."""


def raise_urgency(session: Session, tip: Tip, urgency: Urgency) -> None:
    """Make a tip as urgent as that, unless it is so already.

    Where that makes it one call too many, it stands apart from now on, in the lane. It was promised
    to be kept: it stays there for thirty days.
    """
    if urgency >= tip.urgency:
        return
    if urgency is Urgency.P0 and _is_nobodys(tip) and is_full(session, tip.unit_id):
        tip.machine_unit = tip.unit_id
        tip.expires_on = today() + timedelta(days=KEPT_DAYS)
        rise_in_lane(tip)
    tip.urgency = urgency


def _is_nobodys(tip: Tip) -> bool:
    is_untouched = tip.status is TipStatus.RECEIVED and tip.claimed_by_id is None
    is_unproven = tip.channel == Channel.FORM and tip.lane_rank is LaneRank.PLAIN
    return tip.machine_unit is None and is_untouched and is_unproven


def is_full(session: Session, unit_id: str) -> bool:
    """Tell whether as many calls without a proof as may are waiting in the unit's queue.

    Others who ask for the same unit wait until this transaction ends, or two nodes at one moment
    would both find the last place (PostgreSQL; SQLite has one writer anyway).
    """
    if session.get_bind().dialect.name == "postgresql":
        # No lock of a row of the unit's keys: that asks for the right to change them.
        lock = select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(unit_id)))
        session.execute(lock)
    return len(session.execute(waiting_statement(unit_id)).all()) >= CALLS_MAX


def waiting_statement(unit_id: str) -> Select[int]:
    """Build the question; it looks at the unit's P0 tips alone, and stops at so many."""
    waiting = (
        Tip.unit_id == unit_id,
        Tip.is_open == true(),
        Tip.machine_unit.is_(None),
        Tip.urgency == Urgency.P0,
    )
    return select(Tip.id).where(*waiting, UNPROVEN).limit(CALLS_MAX)
