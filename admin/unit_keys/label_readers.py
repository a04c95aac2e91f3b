"""Lets a unit's dispatchers read what tips are about and where: a head vouches for each of them.

The head types what the dispatcher reads out of their own browser, which compares, and makes a MAC
under a key of the unit's secret. No key is handed on. Heads take it back, and so do a suspension
and a new key of the unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import Staff
from ..audit.log import record
from ..db import today
from ..district.data import District
from ..keys.posted import BadKeys
from ..models import LabelReader, Member
from ..vault.labels import vouched
from . import services as unit_keys


class NoLabels(Exception):
    """The unit takes tips about officials, whose labels say nothing."""


class NotReader(Exception):
    """This member reads no labels, or is none of the head's unit."""


class Full(Exception):
    """As many read labels as one copy has room for."""


@dataclass(frozen=True)
class Vouch:
    """What a head's browser makes for one dispatcher."""

    name: str
    recipient: str
    key_id: str
    mac: str


@dataclass(frozen=True)
class Dispatcher:
    """A dispatcher of the unit, and who vouched for them, if anybody did."""

    id: int
    name: str
    recipient: str
    vouched_by: str


@dataclass(frozen=True)
class LabelPage:
    """What the unit's page shows of it."""

    dispatchers: tuple[Dispatcher, ...]
    """Those of the unit, for a head."""
    asks_me: bool
    """I am a dispatcher for whom nobody has vouched: I read my check code out."""
    is_mine: bool
    """Somebody has vouched for me."""
    is_full: bool


def read_page(session: Session, district: District, me: Staff) -> LabelPage:
    """Read what a member sees of who reads the unit's labels."""
    unit_id = me.unit_id or ""
    if district.ways.is_sealed(unit_id):
        return LabelPage((), asks_me=False, is_mine=False, is_full=False)
    readers = {one.member_id: one for one in vouched.current_readers(session, unit_id)}
    reads = is_allowed(Act.SEE_LABEL, me.roles)
    is_mine = me.member_id in readers
    found = dispatchers(session, unit_id) if is_allowed(Act.VOUCH, me.roles) else []
    return LabelPage(
        tuple(
            Dispatcher(
                row.id,
                row.name,
                row.recipient,
                readers[row.id].vouched_by if row.id in readers else "",
            )
            for row in found
        ),
        asks_me=reads and not is_mine,
        is_mine=reads and is_mine,
        is_full=len(readers) >= vouched.MOST_READERS,
    )


def dispatchers(session: Session, unit_id: str) -> list[Member]:
    """Read the unit's dispatchers who are not shut out."""
    rows = session.scalars(
        select(Member)
        .where(Member.unit_id == unit_id, Member.suspended_on.is_(None))
        .order_by(Member.name)
    )
    return [row for row in rows if is_allowed(Act.SEE_LABEL, row.roles)]


def read_vouch(posted: Mapping[str, object]) -> Vouch:
    """Check what was posted as far as one can without the unit's secret. Raises `BadKeys`."""
    name, recipient, key_id = (posted.get(one) for one in ("name", "recipient", "key"))
    if not (isinstance(name, str) and isinstance(recipient, str) and isinstance(key_id, str)):
        raise BadKeys
    return Vouch(name, recipient, key_id, unit_keys.read_mac(posted.get("mac")))


def vouch(session: Session, district: District, head: Staff, posted: Vouch) -> bool:
    """Keep that a head vouched for a dispatcher; False where it was kept. The caller commits.

    Raises `NoLabels`, `Unfit` (no dispatcher of the unit), `Full`, `NotHolder`, and `Stale` where
    unit or dispatcher have another key by now.
    """
    unit_id = head.unit_id or ""
    if district.ways.is_sealed(unit_id):
        raise NoLabels
    # Held in this order, as by a suspension: member, then key.
    held = select(Member).where(Member.name == posted.name).with_for_update()
    session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    to = next((row for row in dispatchers(session, unit_id) if row.name == posted.name), None)
    if to is None:
        raise unit_keys.Unfit
    key = vouched.hold_key(session, unit_id)
    if key is None or str(key.id) != posted.key_id or to.recipient != posted.recipient:
        raise unit_keys.Stale
    if not unit_keys.holds(session, key, head.member_id):
        raise unit_keys.NotHolder
    readers = vouched.current_readers(session, unit_id)
    if any((one.member_id, one.mac) == (to.id, posted.mac) for one in readers):
        return False
    if len({one.member_id for one in readers} - {to.id}) >= vouched.MOST_READERS:
        raise Full
    row = LabelReader(member_id=to.id, unit_id=unit_id, unit_key_id=key.id, mac=posted.mac)
    row.vouched_by, row.vouched_on = head.name, today()
    vouched.add(session, row)
    record(session, "label_reader_added", by=head.name, unit_id=unit_id, detail=to.name)
    return True


def take_back(session: Session, head: Staff, name: str) -> None:
    """Let a dispatcher of the head's unit read no labels any more. Raises `NotReader`."""
    held = select(Member).where(Member.name == name, Member.unit_id == head.unit_id)
    member = session.scalars(held.with_for_update()).one_or_none()
    if member is None or not vouched.end(session, member.id):
        raise NotReader
    record(session, "label_reader_ended", by=head.name, unit_id=head.unit_id, detail=name)
