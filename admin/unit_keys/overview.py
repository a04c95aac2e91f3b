"""What a member sees of their own unit: who holds its key, who waits for it, what is to be done."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import WITHOUT_CONTENT
from ..district.data import District
from ..keys import issuing
from ..members import heard
from ..members import invitations as invite
from ..models import (
    Invitation,
    KeyGrant,
    Member,
    NextKey,
    UnitKey,
)
from ..renewal import next_keys
from . import services as unit_keys


@dataclass(frozen=True)
class Colleague:
    """A member of the unit as the page shows them."""

    name: str
    roles: tuple[str, ...]
    joined_on: date
    suspended_on: date | None
    holds: bool
    """Has the key in use."""


@dataclass(frozen=True)
class ToConfirm:
    """A key for which this member may be the second person; its fingerprint is not told here."""

    unit_id: str
    title: str
    made_by: str
    recipient: str
    recovery: str
    was_confirmed: bool
    """Only its publication is missing."""
    is_next: bool
    """It was made before somebody leaves, and takes over once it is published."""


@dataclass(frozen=True)
class UnitPage:
    """All that the page shows."""

    id: str
    title: str
    key: UnitKey | None
    is_open: bool
    """Its fingerprint stands in keys.yml: the form seals tips to it."""
    holds: bool
    is_reader: bool
    may_make: bool
    may_hand_on: bool
    may_speak: bool
    colleagues: tuple[Colleague, ...]
    waiting: tuple[Member, ...]
    invitations: tuple[Invitation, ...]
    next_key: NextKey | None
    """Made before somebody leaves; it takes over once it is published."""
    has_next: bool
    """Whether I was given it."""
    is_leaving: bool
    """Whether I leave: then nobody hands me a key any more."""
    to_confirm: tuple[ToConfirm, ...]
    heard: frozenset[str]
    """Of whom a holder heard their 核对码 while they joined."""
    name: str
    """Whose page it is."""
    may_publish: bool
    """Who types a fingerprint here opens the unit by it; otherwise an operator does."""

    @property
    def was_renewed(self) -> bool:
        return self.key is not None and self.key.succeeds_id is not None

    @property
    def was_heard(self) -> bool:
        return self.name in self.heard

    def may_vouch(self, invitation: Invitation) -> bool:
        """Tell whether I read the unit's 核对码 with the code: to who is to hold the key I hold."""
        is_reader = not WITHOUT_CONTENT & set(invitation.roles)
        return self.holds and invitation.unit_id == self.id and is_reader

    @property
    def must_hear(self) -> bool:
        """Tell whether I am to type what the maker reads out: then I must not see it here."""
        return any(one.unit_id == self.id for one in self.to_confirm)


def read_page(
    session: Session, district: District, me: Member, now: int, *, may_publish: bool = False
) -> UnitPage | None:
    """Read the page of a member's unit; None for who belongs to none.

    `may_publish` tells that who types a fingerprint here opens the unit by it.
    """
    unit = district.units.get(me.unit_id or "")
    if unit is None:
        return None
    key = issuing.current_key(session, unit.id)
    colleagues = _colleagues(session, unit.id, key)
    holds = any(row.holds and row.name == me.name for row in colleagues)
    is_reader = not WITHOUT_CONTENT & set(me.roles)
    may_speak = is_allowed(Act.SPEAK_CODE, me.roles)
    next_key = next_keys.find(session, unit.id)
    return UnitPage(
        id=unit.id,
        title=unit.zh,
        key=key,
        is_open=key is not None and (unit.id, key.fingerprint) in district.fingerprints,
        holds=holds,
        is_reader=is_reader,
        may_make=is_reader and not _had_key(session, unit.id),
        may_hand_on=holds and is_allowed(Act.HAND_ON, me.roles),
        may_speak=may_speak,
        colleagues=colleagues,
        waiting=tuple(unit_keys.waiting(session, key)) if key else (),
        next_key=next_key,
        has_next=next_key is not None and me.name in next_keys.holders(session, next_key),
        is_leaving=next_keys.is_leaving(session, me.id),
        invitations=tuple(invite.open_invitations(session, now, unit.id)) if may_speak else (),
        to_confirm=_to_confirm(session, district, me, may_publish=may_publish),
        heard=frozenset(heard.answers(session, unit.id)),
        name=me.name,
        may_publish=may_publish,
    )


def _had_key(session: Session, unit_id: str) -> bool:
    query = select(UnitKey.id).where(UnitKey.unit_id == unit_id).limit(1)
    return session.execute(query).first() is not None


def _colleagues(session: Session, unit_id: str, key: UnitKey | None) -> tuple[Colleague, ...]:
    holders = set()
    if key is not None:
        grants = select(KeyGrant.member_id).where(KeyGrant.unit_key_id == key.id)
        holders = set(session.scalars(grants))
    rows = session.execute(
        select(Member.id, Member.name, Member.roles, Member.made_on, Member.suspended_on)
        .where(Member.unit_id == unit_id)
        .order_by(Member.name)
    )
    return tuple(
        Colleague(row.name, tuple(row.roles), row.made_on, row.suspended_on, row.id in holders)
        for row in rows
    )


def _to_confirm(
    session: Session, district: District, me: Member, *, may_publish: bool
) -> tuple[ToConfirm, ...]:
    in_use = session.scalars(
        select(UnitKey).where(UnitKey.retired_on.is_(None)).order_by(UnitKey.unit_id)
    )
    after = {key.unit_id: key for key in next_keys.read_all(session)}
    keys = [after.get(key.unit_id, key) for key in in_use]
    return tuple(
        ToConfirm(
            key.unit_id,
            district.units[key.unit_id].zh,
            key.made_by or "",
            key.recipient,
            key.recovery,
            key.confirmed_by is not None,
            isinstance(key, NextKey),
        )
        for key in keys
        # What stands in keys.yml was typed by somebody already.
        if key.unit_id in district.units
        and (key.unit_id, key.fingerprint) not in district.fingerprints
        and (key.confirmed_by is None or may_publish)
        and unit_keys.may_confirm(session, key, me)
    )
