"""What `dengshao doctor` says of a unit that somebody leaves or has left."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import today
from ..district.data import District
from ..models import Departure, Member
from ..renewal import next_keys
from ..tip.routing import stand_in
from ..vault.units import open_units


def of_unit(session: Session, district: District, unit_id: str) -> dict[str, Any]:
    """Read what `store.UnitState` holds of it."""
    key = next_keys.find(session, unit_id)
    return {
        "has_next": key is not None,
        "is_next_compared": key is not None and key.confirmed_by is not None,
        "stands_in": _stands_in(session, district, unit_id),
        "overdue": _overdue(session, unit_id),
    }


def _stands_in(session: Session, district: District, unit_id: str) -> str:
    units = open_units(session, district)
    if unit_id not in units.resting:
        return ""
    other = stand_in(district, unit_id, units, sealed_way=district.ways.is_custodial(unit_id))
    return district.units[other].zh if other else ""


def _overdue(session: Session, unit_id: str) -> tuple[str, ...]:
    query = select(Member.name).join(Departure, Departure.member_id == Member.id)
    query = query.where(Departure.unit_id == unit_id, Departure.ended_on.is_(None))
    late = query.where(Departure.last_day < today(), Member.suspended_on.is_(None))
    return tuple(session.scalars(late.order_by(Member.name)))
