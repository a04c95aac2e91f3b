"""What dispatchers may read of sealed labels: who they are, and the copies sealed to them.

A holder of the unit's key vouches for each in their own browser, and members' browsers check that
before they seal category and township to anybody. This server keeps rows, and opens none.

Whoever changes who the readers are, or adds copies for them, holds the unit's key first, behind
members and tips: no copy for somebody who left comes in behind the deletion.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from ..models import LabelCopy, LabelReader, Member, Tip, UnitKey
from ..sealing.age.shape import WrongShape, clear_size
from .readers import shown_to

MOST_READERS: Final = 4
"""Dispatchers whom one copy has room for."""
MOST_COPIES: Final = 20
"""Copies that a browser posts at once: a request of 256 KiB has room for them."""
COPY_SIZE: Final = 512
"""Clear bytes of each copy, whatever it says: as of a label."""


class Changed(Exception):
    """The readers are others than those to whom it was sealed."""


class BadCopy(Exception):
    """Not a label's length, or not for so many readers."""


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


def lacking(session: Session, unit_id: str, member_id: int, references: Sequence[str]) -> list[str]:
    """Name those of some tips of which this member may see the label, and there is no copy."""
    copied = select(LabelCopy.tip_id).where(LabelCopy.tip_id == Tip.id)
    query = _tips(unit_id, member_id, references).where(~copied.exists())
    return [reference for _tip_id, reference in session.execute(query)]


def keep(
    session: Session,
    unit_id: str,
    member_id: int,
    *,
    readers: str,
    copies: Mapping[str, bytes],
) -> int:
    """Keep copies of tips that have none yet; tells of how many. The caller commits.

    Raises `Changed` or `BadCopy`, and then the caller rolls back.
    """
    tips = _tips(unit_id, member_id, [*copies]).order_by(Tip.id)
    found = session.execute(tips.with_for_update(key_share=True, of=Tip)).all()
    hold_key(session, unit_id)
    now = current_readers(session, unit_id)
    if not now or name_of(now) != readers:
        raise Changed
    for sealed in copies.values():
        _check_shape(sealed, len(now))
    known = set(session.scalars(_copied([tip_id for tip_id, _reference in found])))
    new = [row for row in found if row[0] not in known]
    for tip_id, reference in new:
        session.add(LabelCopy(tip_id=tip_id, unit_id=unit_id, sealed=copies[reference]))
    session.flush()
    return len(new)


def read_copies(
    session: Session, unit_id: str, member_id: int, references: Sequence[str]
) -> dict[str, bytes]:
    """Read the copies of some tips that a label reader may see; of all others none."""
    if not is_reader(session, unit_id, member_id):
        return {}
    query = _tips(unit_id, member_id, references).add_columns(LabelCopy.sealed)
    rows = session.execute(query.join(LabelCopy, LabelCopy.tip_id == Tip.id))
    return {reference: sealed for _tip_id, reference, sealed in rows}


def _tips(unit_id: str, member_id: int, references: Sequence[str]) -> Select[int, str]:
    """Select those of some tips that lie at the unit, have a label, and aren't hidden."""
    own = (Tip.unit_id == unit_id, Tip.label.is_not(None), shown_to(member_id))
    return select(Tip.id, Tip.reference).where(Tip.reference.in_(references), *own)


def _copied(ids: Sequence[int]) -> Select[int]:
    return select(LabelCopy.tip_id).where(LabelCopy.tip_id.in_(ids))


def _check_shape(sealed: bytes, readers: int) -> None:
    try:
        size = clear_size(sealed, recipients=readers)
    except WrongShape:
        raise BadCopy from None
    if size != COPY_SIZE:
        raise BadCopy
