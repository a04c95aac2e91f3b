"""Units and members at a glance: public keys and names, nothing of any tip."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from ..district.data import District
from ..models import (
    KeyGrant,
    Member,
    UnitKey,
)


@dataclass(frozen=True)
class UnitOverview:
    """One unit of the district and how its key stands."""

    id: str
    title: str
    fingerprint: str | None
    made_on: date | None
    is_confirmed: bool
    """A second person has entered the fingerprint; only then does the unit open for tips."""
    holders: tuple[str, ...]


def read_units(session: Session, district: District) -> list[UnitOverview]:
    """Read all units of routes.yml, also those without a key."""
    keys = session.scalars(select(UnitKey).where(UnitKey.retired_on.is_(None)))
    by_unit = {key.unit_id: key for key in keys}
    holders = _holders(session)
    return [
        UnitOverview(
            id=unit.id,
            title=unit.zh,
            fingerprint=key.fingerprint if key else None,
            made_on=key.made_on if key else None,
            is_confirmed=key is not None and (unit.id, key.fingerprint) in district.fingerprints,
            holders=tuple(holders[key.id]) if key else (),
        )
        for unit in district.units.values()
        for key in [by_unit.get(unit.id)]
    ]


def _holders(session: Session) -> dict[int, list[str]]:
    """Name the holders of each key who are not suspended."""
    rows = session.execute(
        select(KeyGrant.unit_key_id, Member.name)
        .join(Member, KeyGrant.member_id == Member.id)
        .where(Member.suspended_on.is_(None))
        .order_by(Member.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for key_id, name in rows:
        found[key_id].append(name)
    return found


def read_members(session: Session) -> list[Member]:
    """Read all members without the bytes of their keys."""
    shown = load_only(
        *(Member.name, Member.unit_id, Member.roles, Member.made_on),
        *(Member.suspended_on, Member.gate_name),
    )
    return list(session.scalars(select(Member).options(shown).order_by(Member.name)))
