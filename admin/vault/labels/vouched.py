"""Dispatchers who may read of labels what they are about and where: a holder vouched for each.

A holder of the unit's key does so in their own browser, and members' browsers check that before
they seal anything to anybody. This server keeps rows, and opens none.

Whoever changes who the readers are, or adds copies for them, holds the unit's key first, behind
members and tips: no copy for somebody who left comes in behind the deletion.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...models import LabelCopy, LabelReader, Member, UnitKey

MOST_READERS: Final = 4
"""Dispatchers whom one copy has room for."""


@dataclass(frozen=True)
class Reader:
    """A dispatcher for whom the unit's key in use vouches."""

    member_id: int
    name: str
    recipient: str
    mac: str
    vouched_by: str


def current_readers(session: Session, unit_id: str) -> list[Reader]:
    """Read for whom the unit's key in use vouches; one that was renewed vouches for nobody."""
    rows = session.execute(
        select(Member.id, Member.name, Member.recipient, LabelReader.mac, LabelReader.vouched_by)
        .join(LabelReader, LabelReader.member_id == Member.id)
        .join(UnitKey, UnitKey.id == LabelReader.unit_key_id)
        .where(
            LabelReader.unit_id == unit_id,
            UnitKey.retired_on.is_(None),
            Member.suspended_on.is_(None),
        )
        .order_by(Member.id)
    )
    return [Reader(*row) for row in rows]


def is_reader(session: Session, unit_id: str, member_id: int) -> bool:
    """Tell whether the unit's key in use vouches for this member."""
    return any(one.member_id == member_id for one in current_readers(session, unit_id))


def name_of(readers: Collection[Reader]) -> str:
    """Name these readers: a copy that was sealed to others is told by it."""
    lines = "".join(f"{one.member_id} {one.mac}\n" for one in readers)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def hold_key(session: Session, unit_id: str) -> UnitKey | None:
    """Hold the unit's key in use to the commit; whoever stores a tip for it does not wait."""
    query = select(UnitKey).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
    return session.scalars(query.with_for_update(key_share=True)).one_or_none()


def add(session: Session, row: LabelReader) -> None:
    """Keep a reader, in the place of what an older key said. The caller holds the key."""
    session.merge(row)
    session.flush()
    _drop_copies(session, row.unit_id)


def end(session: Session, member_id: int) -> bool:
    """Let a member read no labels any more; False where they read none. The caller commits."""
    unit_id = session.scalars(
        select(LabelReader.unit_id).where(LabelReader.member_id == member_id)
    ).one_or_none()
    if unit_id is None:
        return False
    hold_key(session, unit_id)
    session.execute(delete(LabelReader).where(LabelReader.member_id == member_id))
    _drop_copies(session, unit_id)
    return True


def forget(session: Session, unit_id: str) -> None:
    """Let nobody of a unit read labels until somebody vouches for them again."""
    session.execute(delete(LabelReader).where(LabelReader.unit_id == unit_id))
    _drop_copies(session, unit_id)


def _drop_copies(session: Session, unit_id: str) -> None:
    session.execute(delete(LabelCopy).where(LabelCopy.unit_id == unit_id))
