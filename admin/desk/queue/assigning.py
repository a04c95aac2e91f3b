"""Handing a tip to a member of the unit, and who can be handed one.

Who assigns need not read: a dispatcher sees covers alone. How many open tips each member holds is
counted afresh for each page that assigns, and stored nowhere: it is no measure of anybody.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...access.roles import Staff
from ...audit.log import record_at_commit
from ...models import Member, Tip
from ...tip.events import Event, EventKind
from ...vault import history, readers
from ...vault.lane import leave_lane
from ..claims import (
    clock,
    hand_to,
    hold_until,
    is_held,
)
from ..services import MoveNotAllowed


class NotToThem(Exception):
    """No tip of this unit can be handed to that member."""


def can_be_given(unit_id: str | None, roles: Collection[str]) -> bool:
    """Tell whether one of these roles in that unit may open tips."""
    return unit_id is not None and is_allowed(Act.OPEN, roles)


def assign(session: Session, tip: Tip, *, to: Member, actor: Staff, now: int | None = None) -> None:
    """Hand the tip to a member, whoever held it. For who holds it already, the claim is renewed.

    Raises `NotToThem` for a member of another unit, a suspended one, one who may not open tips and,
    without saying which it is, for one who has a part in this one,
    and `MoveNotAllowed` for a tip that is not open. Changes nothing then.
    """
    if to.unit_id != tip.unit_id or to.suspended_on is not None:
        raise NotToThem
    if not can_be_given(to.unit_id, to.roles) or readers.is_recused(session, tip.id, to.id):
        raise NotToThem
    if not tip.is_open:
        raise MoveNotAllowed("not open")
    now = clock() if now is None else now
    is_new = tip.claimed_by_id != to.id or not is_held(tip, now)
    leave_lane(tip)
    hand_to(session, tip, to.id, hold_until(tip.urgency, now))
    if is_new:
        _log(session, tip, to, actor)


def _log(session: Session, tip: Tip, to: Member, actor: Staff) -> None:
    history.record(session, tip, Event(EventKind.ASSIGNED), by=actor.name)
    record_at_commit(
        session,
        "assigned",
        by=actor.name,
        unit_id=tip.unit_id,
        reference=tip.reference,
        detail=f"to {to.name}",
    )
