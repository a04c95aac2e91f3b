"""What a member's browser gets of the keys that were handed to them: those in use, and the older.

An older key still opens what was sealed before its unit renewed it; nothing is sealed to it.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.roles import WITHOUT_CONTENT
from ..models import KeyGrant, Member, NextGrant, NextKey, UnitKey
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


def read_next(session: Session, member: Member) -> dict[str, Any] | None:
    """Read the next key of a member's unit, if they were given it: to read its fingerprint out.

    It is told as an older key is, so that a browser can prove all of it before it is in use.
    """
    query = select(NextKey, NextGrant.sealed).join(NextGrant, NextGrant.next_key_id == NextKey.id)
    row = session.execute(query.where(NextGrant.member_id == member.id)).one_or_none()
    if row is None:
        return None
    key, sealed = row
    return _key_json(key, sealed, _next_roster(session, key), is_retired=False)


def _next_roster(session: Session, key: NextKey) -> list[tuple[str, str]]:
    query = select(Member.name, Member.recipient)
    query = query.join(NextGrant, NextGrant.member_id == Member.id)
    rows = session.execute(query.where(NextGrant.next_key_id == key.id))
    return sorted([(issuing.RECOVERY_NAME, key.recovery), *((row[0], row[1]) for row in rows)])


def grant_json(grant: UnitGrant) -> dict[str, Any]:
    """Tell a browser of one key. Ids are texts: JavaScript's numbers are too short for them."""
    key = grant.unit_key
    return _key_json(key, grant.sealed, grant.roster, is_retired=key.retired_on is not None)


def _key_json(
    key: UnitKey | NextKey, sealed: bytes, roster: Sequence[tuple[str, str]], *, is_retired: bool
) -> dict[str, Any]:
    return {
        "unit_id": key.unit_id,
        "id": str(key.id),
        "retired": is_retired,
        "succeeds": None if key.succeeds_id is None else str(key.succeeds_id),
        "vouch": key.vouch,
        "recipient": key.recipient,
        "recovery": key.recovery,
        "roster_mac": key.roster_mac,
        "roster": roster,
        "grant": b64encode(sealed).decode("ascii"),
    }
