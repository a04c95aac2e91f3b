"""Takes a unit's key back: a new one in its place, made in the browser of one who held the old.

The server opens none of it. It asks for a proof that the maker's browser holds what it says it
holds (the old key, or the joined halves of its recovery sheet), and that nobody is handed the new
key but the remaining holders. The new key opens for tips once a second person has confirmed it.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from ..access.roles import WITHOUT_CONTENT, Staff
from ..audit.log import hold_log, record
from ..db import today
from ..keys import issuing
from ..models import (
    Countersign,
    Departure,
    KeptTip,
    KeyGrant,
    Member,
    NextKey,
    Recusal,
    StaffSession,
    UnitKey,
)
from ..sealing.member import fingerprint
from ..signin.services import hash_token
from . import retiring, riddles
from .riddles import Purpose


class NotNeeded(Exception):
    """No suspended member holds this unit's key, or another browser has renewed it."""


class NotYours(Exception):
    """This member does not hold the unit's key."""


class HoldersLeft(Exception):
    """Somebody still holds the key: they hand it on, and no sheet is needed."""


class WrongHolders(Exception):
    """The new key was not sealed to exactly the remaining holders: look again."""


class BadRenewal(Exception):
    """A key that is not new."""


@dataclass(frozen=True)
class Renewal:
    """A unit's new key as the browser posts it."""

    recipient: str
    recovery: str
    roster_mac: str
    vouch: str
    """The successor's MAC, under the seed of the old key or of its recovery sheet."""
    proof: str = field(repr=False)
    grants: Mapping[str, bytes] = field(repr=False)
    """The new identity, sealed to each remaining holder, by name."""


@dataclass(frozen=True)
class Standing:
    """How a unit's key stands."""

    unit_id: str
    suspended: tuple[str, ...]
    """Holders who were suspended since: the key must be renewed."""
    remaining: tuple[str, ...]
    """Holders who may renew it."""
    has_kept: bool = False
    """Whether tips moved to it that no second browser has opened."""
    has_asked: bool = False
    """Whether anything waits for a second person of the unit."""
    has_recused: bool = False
    """Whether any member of any unit has a part in a tip: its heads may be told."""
    has_next: bool = False
    """Whether the unit's next key is made: somebody leaves, and it is not published yet."""
    leaving: tuple[str, ...] = ()
    """Those of the remaining who are about to leave: they get no new key."""

    @property
    def needs_renewal(self) -> bool:
        return bool(self.suspended)

    @property
    def staying(self) -> tuple[str, ...]:
        """The holders who get the next key."""
        return tuple(name for name in self.remaining if name not in self.leaving)

    @property
    def needs_next(self) -> bool:
        """Whether somebody who stays is to make the next key, before a colleague leaves."""
        return bool(self.leaving) and not self.has_next and not self.needs_renewal


def _holders() -> Select[str, str | None, date | None, bool, bool, bool, bool, bool]:
    has_kept = exists().where(KeptTip.unit_id == UnitKey.unit_id)
    second = Countersign.second_unit_id
    has_asked = exists().where(
        Countersign.settled_on.is_(None), (second == UnitKey.unit_id) | second.is_(None)
    )
    has_recused = exists().where(Recusal.lifted_on.is_(None))
    has_next = exists().where(NextKey.unit_id == UnitKey.unit_id)
    is_leaving = exists().where(Departure.member_id == Member.id, Departure.ended_on.is_(None))
    columns = (UnitKey.unit_id, Member.name, Member.suspended_on, is_leaving)
    return (
        select(*columns, has_kept, has_asked, has_recused, has_next)
        .outerjoin(KeyGrant, KeyGrant.unit_key_id == UnitKey.id)
        .outerjoin(Member, Member.id == KeyGrant.member_id)
        .where(UnitKey.retired_on.is_(None))
        .order_by(UnitKey.unit_id, Member.name)
    )


def read_standings(session: Session) -> dict[str, Standing]:
    """Read who holds the key in use of each unit that has one; perhaps nobody does."""
    found: dict[str, dict[str, list[str]]] = {}
    flags: dict[str, tuple[bool, ...]] = {}
    for unit_id, name, suspended_on, is_leaving, *has in session.execute(_holders()):
        flags[unit_id] = tuple(map(bool, has))
        named = found.setdefault(unit_id, {"suspended": [], "remaining": [], "leaving": []})
        if name is not None:
            named["suspended" if suspended_on else "remaining"].append(name)
            named["leaving"] += [name] if is_leaving and not suspended_on else []
    return {unit_id: _standing(unit_id, found[unit_id], flags[unit_id]) for unit_id in found}


def _standing(unit_id: str, named: Mapping[str, list[str]], flags: Sequence[bool]) -> Standing:
    suspended, remaining, leaving = (tuple(names) for names in named.values())
    has_kept, has_asked, has_recused, has_next = flags
    return Standing(
        unit_id,
        suspended,
        remaining,
        has_kept=has_kept,
        has_asked=has_asked,
        has_recused=has_recused,
        has_next=has_next,
        leaving=leaving,
    )


def read_standing(session: Session, unit_id: str) -> Standing:
    return read_standings(session).get(unit_id) or Standing(unit_id, (), ())


def challenge(unit_key: UnitKey, token: str, key: bytes, *, recovery: bool) -> tuple[bytes, str]:
    """Make a riddle that only the old key (or its recovery sheet) opens, and its answer."""
    return riddles.riddle(unit_key, token, key, Purpose.RENEW, recovery=recovery)


def renew(
    session: Session, posted: Renewal, *, by: Staff, token: str, key: bytes, old_id: int
) -> UnitKey:
    """Put a new key in the place of one that a suspended member holds. The caller commits.

    A no-op where exactly this was stored before. Raises `NotYours`, `NotNeeded`, `WrongProof`,
    `WrongHolders` or `BadRenewal`.
    """
    old = take_key(session, by, old_id)
    if (again := _stored_before(session, old, by, posted)) is not None:
        return again
    standing = read_standing(session, old.unit_id)
    if old.retired_on is not None or not standing.needs_renewal:
        raise NotNeeded
    if by.name not in standing.staying:
        raise NotYours
    check_proof(old, posted, token, key, recovery=False)
    new = _replace(session, old, posted, by, standing.staying)
    record(session, "key_renewed", by=by.name, unit_id=old.unit_id, detail=new.fingerprint)
    return new


def recover(
    session: Session, posted: Renewal, *, by: Staff, token: str, key: bytes, old_id: int
) -> UnitKey:
    """Put a new key in the place of one that nobody holds any more, by its recovery sheet.

    The maker holds it alone and hands it on. A no-op where exactly this was stored before. Raises
    `NotYours`, `NotNeeded`, `HoldersLeft`, `WrongProof`, `WrongHolders` or `BadRenewal`.
    """
    old = take_key(session, by, old_id)
    if (again := _stored_before(session, old, by, posted)) is not None:
        return again
    if old.retired_on is not None:
        raise NotNeeded
    if read_standing(session, old.unit_id).remaining:
        raise HoldersLeft
    check_proof(old, posted, token, key, recovery=True)
    new = _replace(session, old, posted, by, (by.name,))
    record(session, "key_recovered", by=by.name, unit_id=old.unit_id, detail=new.fingerprint)
    return new


def take_key(session: Session, by: Staff, old_id: int) -> UnitKey:
    """Hold the old key's row to the end: of two browsers, one is told that it is done."""
    hold_log(session)
    old = session.scalars(
        select(UnitKey)
        .where(UnitKey.id == old_id, UnitKey.unit_id == (by.unit_id or ""))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if old is None or WITHOUT_CONTENT & set(by.roles):
        raise NotYours
    return old


def _stored_before(session: Session, old: UnitKey, by: Staff, posted: Renewal) -> UnitKey | None:
    """Find what a browser posts again whose first answer was lost on the way."""
    found = select(UnitKey).filter_by(
        recipient=posted.recipient, made_by=by.name, succeeds_id=old.id
    )
    return session.scalars(found.where(UnitKey.retired_on.is_(None))).one_or_none()


def check_proof(old: UnitKey, posted: Renewal, token: str, key: bytes, *, recovery: bool) -> None:
    riddles.check(posted.proof, old, token, key, Purpose.RENEW, recovery=recovery)


def _replace(
    session: Session, old: UnitKey, posted: Renewal, by: Staff, holders: Collection[str]
) -> UnitKey:
    check_new(old, posted, holders)
    # One that was made before somebody left is of no use any more.
    for waiting in session.scalars(select(NextKey).where(NextKey.unit_id == old.unit_id)):
        retiring.delete_next(session, waiting)
    retiring.retire(session, old)
    new = UnitKey(**key_facts(old, posted, by.name))
    session.add(new)
    session.flush()
    for member_id, sealed in grants_of(session, posted):
        session.add(KeyGrant(unit_key_id=new.id, member_id=member_id, sealed=sealed))
    session.flush()
    return new


def key_facts(old: UnitKey, posted: Renewal, by: str) -> dict[str, Any]:
    """Give the columns of a key that succeeds `old`: the same whether it is in use or waits."""
    return {
        "unit_id": old.unit_id,
        "succeeds_id": old.id,
        "recipient": posted.recipient,
        "recovery": posted.recovery,
        "fingerprint": fingerprint(old.unit_id, posted.recipient, posted.recovery),
        "roster_mac": posted.roster_mac,
        "vouch": posted.vouch,
        "made_on": today(),
        "made_by": by,
    }


def grants_of(session: Session, posted: Renewal) -> list[tuple[int, bytes]]:
    """Give each holder's id with the key as sealed to them. Raises `WrongHolders`."""
    found = [(issuing.find_member(session, name), sealed) for name, sealed in posted.grants.items()]
    if any(member is None for member, _sealed in found):
        raise WrongHolders
    return [(member.id, sealed) for member, sealed in found if member is not None]


def check_new(old: UnitKey, posted: Renewal, holders: Collection[str]) -> None:
    """Raise `WrongHolders` or `BadRenewal` unless it is a new key, for exactly these holders."""
    if set(posted.grants) != set(holders):
        raise WrongHolders
    known = {old.recipient, old.recovery}
    if posted.recipient == posted.recovery or {posted.recipient, posted.recovery} & known:
        raise BadRenewal


def lock_others(session: Session, unit_id: str, token: str) -> None:
    """Make the colleagues' tabs unlock again: what rests there lacks the new key."""
    rows = session.scalars(
        select(StaffSession.token_hash)
        .join(Member, Member.id == StaffSession.member_id)
        .where(Member.unit_id == unit_id, StaffSession.token_hash != hash_token(token))
    ).all()
    for token_hash in rows:
        session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == token_hash)
            .values(wrap_key=secrets.token_bytes(32))
        )
