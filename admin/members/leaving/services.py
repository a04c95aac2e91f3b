"""A holder of a unit's key leaves: begun, called off, worked off; what is left is told by a list.

Planned, the unit's next key is made, confirmed and published before the member is shut out, so that
the form never closes. Suddenly, the member is shut out first, and the form goes on by another unit
(`tip.routing`) until the new key is published.
"""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...audit.log import hold_log, record
from ...db import today
from ...models import Departure, KeyGrant, Member, UnitKey
from ...renewal import next_keys
from . import checklist
from .checklist import Step

MOST_DAYS: Final = 366
"""So far ahead a last day may lie: a date that was mistyped must not promise anything."""


class NoHolder(Exception):
    """The member does not hold the key in use of their unit: there is nothing to hand over."""


class AlreadyLeaving(Exception):
    """Somebody has begun it."""


class BadDay(Exception):
    """The last day lies in the past, or too far ahead."""


class Settled(Exception):
    """It was called off or finished, or the member is shut out by now."""


class NotDone(Exception):
    """Something still hangs on the key that they held."""


def begin(session: Session, member_id: int, last_day: date, *, by: Staff) -> Departure:
    """Write down that a holder leaves. The caller commits.

    Raises `NoHolder`, `BadDay` or `AlreadyLeaving`. A next key that they were given is undone.
    """
    if not today() <= last_day <= today() + timedelta(days=MOST_DAYS):
        raise BadDay
    hold_log(session)
    member = session.get(Member, member_id, populate_existing=True)
    key = _held_key(session, member) if member is not None else None
    if member is None or key is None or member.suspended_on is not None or not _is_of(member, by):
        raise NoHolder
    row = _add(session, member, key, by=by.name, last_day=last_day)
    next_keys.drop_of(session, member, by=by.name)
    record(session, "departure_begun", by=by.name, unit_id=row.unit_id, detail=member.name)
    return row


def _is_of(member: Member, by: Staff) -> bool:
    """Tell whether a departure of this member is theirs to begin: a head's unit is their own."""
    return by.has_role("administrator") or member.unit_id == by.unit_id


def _held_key(session: Session, member: Member) -> UnitKey | None:
    query = (
        select(UnitKey)
        .join(KeyGrant, KeyGrant.unit_key_id == UnitKey.id)
        .where(KeyGrant.member_id == member.id, UnitKey.retired_on.is_(None))
        .where(UnitKey.unit_id == member.unit_id)
    )
    return session.scalars(query).one_or_none()


def _add(
    session: Session, member: Member, key: UnitKey, *, by: str, last_day: date | None
) -> Departure:
    if open_of(session, member.id) is not None:
        raise AlreadyLeaving
    row = Departure(
        member_id=member.id,
        unit_id=key.unit_id,
        key_id=key.id,
        begun_by=by,
        begun_on=today(),
        last_day=last_day,
    )
    session.add(row)
    session.flush()
    return row


def shut_out(session: Session, member: Member, *, by: str) -> None:
    """Begin the list of a holder who is shut out at once; one that is leaving has theirs."""
    next_keys.drop_of(session, member, by=by)
    key = _held_key(session, member)
    if key is not None and open_of(session, member.id) is None:
        _add(session, member, key, by=by, last_day=None)


def open_of(session: Session, member_id: int) -> Departure | None:
    query = select(Departure).where(Departure.member_id == member_id, Departure.ended_on.is_(None))
    return session.scalars(query).one_or_none()


def id_of(session: Session, member_id: int) -> int | None:
    """Find the list of a member who leaves or left, while it is open."""
    row = open_of(session, member_id)
    return row.id if row else None


def ids_of(session: Session) -> dict[int, int]:
    """Find all open lists, by the member who leaves or left."""
    query = select(Departure.member_id, Departure.id).where(Departure.ended_on.is_(None))
    return {member_id: departure_id for member_id, departure_id in session.execute(query)}


def read(session: Session, departure_id: int, by: Staff, *, lock: bool = False) -> Departure | None:
    """Read a departure that this member may see: an administrator any, a head their unit's."""
    if lock:
        hold_log(session)
    query = select(Departure).where(Departure.id == departure_id)
    if not by.has_role("administrator"):
        query = query.where(Departure.unit_id == (by.unit_id or ""))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def read_open(session: Session, by: Staff) -> list[Departure]:
    """Read the open departures that this member may see, those of the nearest day first."""
    query = select(Departure).where(Departure.ended_on.is_(None))
    if not by.has_role("administrator"):
        query = query.where(Departure.unit_id == (by.unit_id or ""))
    rows = session.scalars(query.order_by(Departure.begun_on, Departure.id))
    return sorted(rows, key=lambda row: row.last_day or date.min)


def candidates(session: Session, by: Staff) -> list[Member]:
    """Read the holders of keys in use whose departure this member may begin."""
    leaving = select(Departure.member_id).where(Departure.ended_on.is_(None))
    query = (
        select(Member)
        .join(KeyGrant, KeyGrant.member_id == Member.id)
        .join(UnitKey, UnitKey.id == KeyGrant.unit_key_id)
        .where(UnitKey.retired_on.is_(None), Member.suspended_on.is_(None))
        .where(Member.id.not_in(leaving), UnitKey.unit_id == Member.unit_id)
    )
    if not by.has_role("administrator"):
        query = query.where(Member.unit_id == (by.unit_id or ""))
    return list(session.scalars(query.order_by(Member.unit_id, Member.name)))


def call_off(session: Session, row: Departure, *, by: Staff) -> None:
    """Let the member stay. The caller has locked the row, and commits. Raises `Settled`.

    A next key without them is undone. Where it was published already, they are handed the key in
    use like any member who lacks it.
    """
    if row.ended_on is not None or row.member.suspended_on is not None:
        raise Settled
    _end(session, row, by=by, is_done=False)
    key = next_keys.find(session, row.unit_id, lock=True)
    if key is not None and not _others_leave(session, row.unit_id):
        next_keys.drop(session, key, by=by.name)
    record(session, "departure_off", by=by.name, unit_id=row.unit_id, detail=row.member.name)


def _others_leave(session: Session, unit_id: str) -> bool:
    query = select(Departure.id).where(Departure.unit_id == unit_id, Departure.ended_on.is_(None))
    return session.execute(query).first() is not None


def finish(session: Session, row: Departure, *, by: Staff) -> None:
    """Put the list away once nothing is left on it. The caller has locked the row, and commits.

    Raises `Settled` or `NotDone`.
    """
    if row.ended_on is not None:
        raise Settled
    if checklist.read(session, row).step is not Step.DONE:
        raise NotDone
    _end(session, row, by=by, is_done=True)
    record(session, "departure_done", by=by.name, unit_id=row.unit_id, detail=row.member.name)


def _end(session: Session, row: Departure, *, by: Staff, is_done: bool) -> None:
    row.ended_by, row.ended_on, row.is_done = by.name, today(), is_done
    session.flush()
