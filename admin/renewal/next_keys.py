"""A unit's next key: made while the leaving member still works, in use once it is published.

Until then the key in use stays what it is, and takes what comes: nothing is sealed to the next one.
It is posted, proved and confirmed as a renewed key is (`services`), and given to nobody who leaves.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..audit.log import record
from ..keys import issuing
from ..models import Departure, KeyGrant, Member, NextGrant, NextKey, UnitKey
from . import retiring, services
from .services import NotNeeded, NotYours, Renewal


def find(session: Session, unit_id: str, *, lock: bool = False) -> NextKey | None:
    """Find the key that waits to take over from the unit's key in use."""
    query = select(NextKey).where(NextKey.unit_id == unit_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def read_all(session: Session) -> list[NextKey]:
    return list(session.scalars(select(NextKey).order_by(NextKey.unit_id)))


def holders(session: Session, key: NextKey) -> tuple[str, ...]:
    """Name who was given the next key."""
    query = select(Member.name).join(NextGrant, NextGrant.member_id == Member.id)
    query = query.where(NextGrant.next_key_id == key.id)
    return tuple(session.scalars(query.order_by(Member.name)))


def awaited(session: Session, unit_id: str) -> UnitKey | NextKey | None:
    """Find the key of a unit that a second person is to confirm: the next one before all."""
    return find(session, unit_id) or issuing.current_key(session, unit_id)


def is_leaving(session: Session, member_id: int) -> bool:
    """Tell whether a member is about to leave, and so gets no key and vouches for none."""
    query = select(Departure.id).where(
        Departure.member_id == member_id, Departure.ended_on.is_(None)
    )
    return session.execute(query).first() is not None


def prepare(
    session: Session, posted: Renewal, *, by: Staff, token: str, key: bytes, old_id: int
) -> NextKey:
    """Store the next key, for the holders who stay. The caller commits.

    A no-op where exactly this was stored before. Raises `NotYours`, `NotNeeded`, `WrongProof`,
    `WrongHolders` or `BadRenewal`.
    """
    old = services.take_key(session, by, old_id)
    there = find(session, old.unit_id)
    if there and (there.recipient, there.made_by) == (posted.recipient, by.name):
        return there
    standing = services.read_standing(session, old.unit_id)
    if old.retired_on is not None or not standing.needs_next:
        raise NotNeeded
    if by.name not in standing.staying:
        raise NotYours
    services.check_proof(old, posted, token, key, recovery=False)
    services.check_new(old, posted, standing.staying)
    new = _add(session, old, posted, by.name)
    record(session, "next_key_made", by=by.name, unit_id=old.unit_id, detail=new.fingerprint)
    return new


def _add(session: Session, old: UnitKey, posted: Renewal, by: str) -> NextKey:
    new = NextKey(**services.key_facts(old, posted, by))
    session.add(new)
    session.flush()
    for member_id, sealed in services.grants_of(session, posted):
        session.add(NextGrant(next_key_id=new.id, member_id=member_id, sealed=sealed))
    session.flush()
    return new


def drop_of(session: Session, member: Member, *, by: str) -> None:
    """Undo a next key that this member was given: they leave, and it must be made without them."""
    granted = select(NextGrant.next_key_id).where(NextGrant.member_id == member.id)
    for key in session.scalars(select(NextKey).where(NextKey.id.in_(granted)).with_for_update()):
        drop(session, key, by=by)


def drop(session: Session, key: NextKey, *, by: str) -> None:
    """Undo a next key. Nothing was ever sealed to it. The caller commits."""
    record(session, "next_key_dropped", by=by, unit_id=key.unit_id, detail=key.fingerprint)
    retiring.delete_next(session, key)


def promote(session: Session, unit_id: str, print_of: str, *, by: str) -> UnitKey | None:
    """Put the next key in the place of the one in use, for what was typed of it just now.

    The caller writes the same fingerprint into keys.yml, and commits. None where the unit has no
    such next key, or one that a suspended or leaving member was given.
    """
    key = find(session, unit_id, lock=True)
    if key is None or key.fingerprint != print_of or not _is_clean(session, key):
        return None
    old = session.scalars(
        select(UnitKey).where(UnitKey.id == key.succeeds_id).with_for_update()
    ).one()
    if old.retired_on is not None:
        return None
    retiring.retire(session, old)
    new = _as_unit_key(session, key)
    # Everybody's tab unlocks again: what rests there lacks the new key.
    services.lock_others(session, unit_id, "")
    record(session, "key_switched", by=by, unit_id=unit_id, detail=print_of)
    return new


def _is_clean(session: Session, key: NextKey) -> bool:
    """Tell whether all who were given it are still to have it."""
    leaves = select(Departure.member_id).where(Departure.ended_on.is_(None))
    wrong = (
        select(Member.id)
        .join(NextGrant, NextGrant.member_id == Member.id)
        .where(NextGrant.next_key_id == key.id)
        .where(Member.suspended_on.is_not(None) | Member.id.in_(leaves))
    )
    return session.execute(wrong).first() is None


def _as_unit_key(session: Session, key: NextKey) -> UnitKey:
    names = ("id", "unit_id", "recipient", "recovery", "fingerprint", "roster_mac", "made_on")
    more = ("made_by", "confirmed_by", "succeeds_id", "vouch")
    new = UnitKey(**{name: getattr(key, name) for name in (*names, *more)})
    grants = session.scalars(select(NextGrant).where(NextGrant.next_key_id == key.id))
    pairs = [(grant.member_id, grant.sealed) for grant in grants]
    retiring.delete_next(session, key)
    session.add(new)
    session.flush()
    for member_id, sealed in pairs:
        session.add(KeyGrant(unit_key_id=new.id, member_id=member_id, sealed=sealed))
    session.flush()
    return new
