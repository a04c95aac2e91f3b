"""What a member's browser gets of the keys that were handed to them: those in use, and the older.

An older key still opens what was sealed before its unit renewed it; nothing is sealed to it.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.roles import WITHOUT_CONTENT
from ..models import KeyGrant, Member, UnitKey
from . import issuing


@dataclass(frozen=True)
class UnitGrant:
    """One unit's key as its holder's browser gets it, with all it needs to trust it."""

    unit_key: UnitKey
    sealed: bytes
    roster: list[tuple[str, str]]


def read_grants(session: Session, member_id: int) -> list[UnitGrant]:
    """Read the keys that were handed to a member, each with the roster of its holders.

    A unit's key in use comes before its older ones.
    """
    rows = session.execute(
        select(UnitKey, KeyGrant.sealed)
        .join(KeyGrant, KeyGrant.unit_key_id == UnitKey.id)
        .where(KeyGrant.member_id == member_id)
        .order_by(UnitKey.unit_id, UnitKey.retired_on.is_not(None), UnitKey.retired_on.desc())
    ).all()
    return [UnitGrant(key, sealed, issuing.roster(session, key)) for key, sealed in rows]


def waits(session: Session, member: Member) -> bool:
    """Tell whether a reader of tips has no key of their unit that is in use, or it has none."""
    if member.unit_id is None or WITHOUT_CONTENT & set(member.roles):
        return False
    held = (
        select(KeyGrant.id)
        .join(UnitKey, UnitKey.id == KeyGrant.unit_key_id)
        .where(
            KeyGrant.member_id == member.id,
            UnitKey.unit_id == member.unit_id,
            UnitKey.retired_on.is_(None),
        )
    )
    return session.execute(held.limit(1)).first() is None


def grant_json(grant: UnitGrant) -> dict[str, Any]:
    """Tell a browser of one key. Ids are texts: JavaScript's numbers are too short for them."""
    key = grant.unit_key
    return {
        "unit_id": key.unit_id,
        "id": str(key.id),
        "retired": key.retired_on is not None,
        "succeeds": None if key.succeeds_id is None else str(key.succeeds_id),
        "vouch": key.vouch,
        "recipient": key.recipient,
        "recovery": key.recovery,
        "roster_mac": key.roster_mac,
        "roster": grant.roster,
        "grant": b64encode(grant.sealed).decode("ascii"),
    }
