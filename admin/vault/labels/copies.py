"""Category and township of tips, sealed once more to the dispatchers who may read them."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ...models import LabelCopy, Tip
from ...sealing.age.shape import WrongShape, clear_size
from ..readers import shown_to
from .vouched import current_readers, hold_key, is_reader, name_of

MOST_COPIES: Final = 20
"""Copies that a browser posts at once: a request of 256 KiB has room for them."""
COPY_SIZE: Final = 512
"""Clear bytes of each copy, whatever it says: as of a label."""


class Changed(Exception):
    """The readers are others than those to whom it was sealed."""


class BadCopy(Exception):
    """Not a label's length, or not for so many readers."""


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
