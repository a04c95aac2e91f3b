"""A unit's key by pages: made in a browser, confirmed by a second person, handed on by a holder.

The server opens none of what it is given here. It checks what it can, and the browsers check the
rest: the roster's MAC at every unlock, the fingerprint that people read out to each other.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import WITHOUT_CONTENT
from ..audit.log import record
from ..db import today
from ..keys import issuing
from ..keys.posted import BadKeys, check_recipient
from ..models import (
    KeyGrant,
    Member,
    NextKey,
    UnitKey,
)
from ..renewal.next_keys import is_leaving
from ..renewal.services import read_standing
from ..sealing.age.shape import WrongShape, clear_size
from ..sealing.member import fingerprint

_MAC: Final = re.compile("[0-9a-f]{64}")
_IDENTITY_SIZE: Final = 77
"""Characters of a hybrid identity, `AGE-SECRET-KEY-PQ-1…`: what a grant holds."""
REPORTS: Final = frozenset({"fingerprint", "roster", "recipient"})
"""What a browser may report of a hand-over that it refused; nothing else is written down."""


class WrongFingerprint(Exception):
    """What was typed is not the fingerprint of this key."""


class OwnKey(Exception):
    """Who made a key can't be the second person who confirms it."""


class AlreadyConfirmed(Exception):
    """A second person confirmed this key before."""


class NotYourUnit(Exception):
    """This member may not confirm the key of that unit."""


class Unfit(Exception):
    """This member gets no key: another unit, suspended, a role without content, or has it."""


class NotHolder(Exception):
    """Who wants to act by the unit's key does not hold it."""


class Stale(Exception):
    """The roster changed since the browser read it: it must look again."""


@dataclass(frozen=True)
class PostedKey:
    """A unit's first key as its maker's browser posts it."""

    recipient: str
    recovery: str
    roster_mac: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class PostedGrant:
    """The unit's key, sealed by a holder's browser to another member."""

    name: str
    recipient: str
    old_mac: str
    new_mac: str
    sealed: bytes = field(repr=False)


def read_key(posted: Mapping[str, object]) -> PostedKey:
    """Check a posted key as far as one can without opening it. Raises `BadKeys`."""
    key = PostedKey(
        recipient=str(posted.get("recipient")),
        recovery=str(posted.get("recovery")),
        roster_mac=read_mac(posted.get("roster_mac")),
        sealed=_grant_bytes(posted.get("sealed")),
    )
    check_recipient(key.recipient)
    check_recipient(key.recovery)
    if key.recipient == key.recovery:
        raise BadKeys
    return key


def read_grant(posted: Mapping[str, object]) -> PostedGrant:
    """Check a posted grant as far as one can without opening it. Raises `BadKeys`."""
    return PostedGrant(
        name=str(posted.get("name")),
        recipient=str(posted.get("recipient")),
        old_mac=read_mac(posted.get("old_mac")),
        new_mac=read_mac(posted.get("new_mac")),
        sealed=_grant_bytes(posted.get("sealed")),
    )


def read_mac(text: object) -> str:
    """Check a posted MAC. Raises `BadKeys`."""
    if not isinstance(text, str) or not _MAC.fullmatch(text):
        raise BadKeys
    return text


def _grant_bytes(text: object) -> bytes:
    """Read a grant: a file for one hybrid recipient that holds as much as an identity."""
    try:
        sealed = bytes.fromhex(str(text))
        size = clear_size(sealed, recipients=1)
    except (ValueError, WrongShape):
        raise BadKeys from None
    if size != _IDENTITY_SIZE:
        raise BadKeys
    return sealed


def make_first_key(session: Session, maker: Member, posted: PostedKey) -> UnitKey:
    """Add the first key that a unit ever had, with its maker's grant. The caller commits.

    Raises `Unfit` or `enrol.UnitHasKey`.
    """
    unit_id = maker.unit_id
    if unit_id is None or WITHOUT_CONTENT & set(maker.roles):
        raise Unfit
    # The log's line first: one writer at a time, so that two first members make one key.
    record(session, "unit_key_made", by=maker.name, unit_id=unit_id)
    had = select(func.count()).select_from(UnitKey).where(UnitKey.unit_id == unit_id)
    if session.execute(had).scalar_one():
        raise issuing.UnitHasKey
    key = UnitKey(
        unit_id=unit_id,
        recipient=posted.recipient,
        recovery=posted.recovery,
        fingerprint=fingerprint(unit_id, posted.recipient, posted.recovery),
        roster_mac=posted.roster_mac,
        made_on=today(),
        made_by=maker.name,
    )
    session.add(key)
    session.flush()
    session.add(KeyGrant(unit_key_id=key.id, member_id=maker.id, sealed=posted.sealed))
    session.flush()
    return key


def may_confirm(session: Session, key: UnitKey | NextKey, member: Member) -> bool:
    """Tell whether this member may be the second person for this key.

    That is a reader of the same unit who did not make it, and does not leave. While the unit has
    one such reader alone, a head of another unit may: a second person is never the administrator,
    and never the maker.
    """
    if member.name == key.made_by or member.suspended_on is not None:
        return False
    if is_leaving(session, member.id):
        return False
    if member.unit_id == key.unit_id:
        return is_allowed(Act.CONFIRM_KEY, member.roles)
    is_head = is_allowed(Act.SPEAK_CODE, member.roles)
    return is_head and len(_staying(session, key.unit_id)) < 2


def _staying(session: Session, unit_id: str) -> list[str]:
    leaving = read_standing(session, unit_id).leaving
    return [name for name in readers(session, unit_id) if name not in leaving]


def readers(session: Session, unit_id: str) -> list[str]:
    """Name the members of a unit who read tips and are not suspended."""
    rows = session.execute(
        select(Member.name, Member.roles).where(
            Member.unit_id == unit_id, Member.suspended_on.is_(None)
        )
    )
    return sorted(name for name, roles in rows if not WITHOUT_CONTENT & set(roles))


def confirm(
    session: Session,
    key: UnitKey | NextKey,
    member: Member,
    typed: str,
    *,
    is_published: bool = True,
) -> None:
    """Take a second person's word that the key's maker reads out this fingerprint.

    A key that was confirmed and is not published yet may be typed once more, to publish it. The
    caller commits, also where it is wrong. Raises `OwnKey`, `NotYourUnit`, `AlreadyConfirmed`
    or `WrongFingerprint`.
    """
    if member.name == key.made_by:
        raise OwnKey
    if not may_confirm(session, key, member):
        raise NotYourUnit
    if key.confirmed_by is not None and is_published:
        raise AlreadyConfirmed
    # Of the recipients, not of the column: a row that was changed in part must not pass.
    expected = fingerprint(key.unit_id, key.recipient, key.recovery)
    if plain_fingerprint(typed) != plain_fingerprint(expected) or expected != key.fingerprint:
        record(session, "key_confirm_wrong", by=member.name, unit_id=key.unit_id)
        raise WrongFingerprint
    if key.confirmed_by is None:
        key.confirmed_by = member.name
        session.flush()
        record(session, "key_confirmed", by=member.name, unit_id=key.unit_id, detail=expected)


def plain_fingerprint(text: str) -> str:
    return "".join(c for c in text.lower() if c in "0123456789abcdef")


def waiting(session: Session, key: UnitKey) -> list[Member]:
    """Read the members of the unit who read tips and don't hold this key yet."""
    holders = select(KeyGrant.member_id).where(KeyGrant.unit_key_id == key.id)
    rows = session.scalars(
        select(Member)
        .where(
            Member.unit_id == key.unit_id,
            Member.suspended_on.is_(None),
            Member.id.not_in(holders),
        )
        .order_by(Member.name)
    )
    return [
        member
        for member in rows
        if not WITHOUT_CONTENT & set(member.roles) and not is_leaving(session, member.id)
    ]


def hand_on(session: Session, holder: Member, posted: PostedGrant) -> Member:
    """Store the key that a holder's browser sealed to another member. The caller commits.

    Raises `enrol.UnitHasNoKey` (the giver holds none), `Unfit` or `Stale`.
    """
    key = held_key(session, holder)
    to = next((row for row in waiting(session, key) if row.name == posted.name), None)
    if to is None:
        raise Unfit
    if to.recipient != posted.recipient or not secrets.compare_digest(
        key.roster_mac, posted.old_mac
    ):
        raise Stale
    session.add(KeyGrant(unit_key_id=key.id, member_id=to.id, sealed=posted.sealed))
    key.roster_mac = posted.new_mac
    session.flush()
    record(session, "key_handed", by=holder.name, unit_id=key.unit_id, detail=to.name)
    return to


def held_key(session: Session, member: Member) -> UnitKey:
    """Get the key of a member's unit that is in use, and hold its row. Raises `enrol.UnitHasNoKey`.

    Held to the end: two holders at once would each leave the other's new member off the roster.
    """
    key = session.scalars(
        select(UnitKey)
        .where(UnitKey.unit_id == (member.unit_id or ""), UnitKey.retired_on.is_(None))
        .with_for_update()
    ).one_or_none()
    if key is None or not holds(session, key, member.id):
        raise issuing.UnitHasNoKey
    return key


def holds(session: Session, key: UnitKey, member_id: int) -> bool:
    """Tell whether a member was handed this key."""
    query = select(KeyGrant.id).where(
        KeyGrant.unit_key_id == key.id, KeyGrant.member_id == member_id
    )
    return session.execute(query).first() is not None


def report(session: Session, member: Member, what: str) -> None:
    """Write down why a browser refused to hand the key on. The caller commits."""
    code = what if what in REPORTS else "unknown"
    record(session, "handover_refused", by=member.name, unit_id=member.unit_id, detail=code)
