"""Ties tips of one unit that tell of the same event, and merges a duplicate into another.

By event, never by person: nothing here looks at who is named. Each act stands in both histories
and makes older pages of both tips stale. The caller has locked both tips, and commits.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import delete, or_, select, true
from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...db import today
from ...models import Tip, TipLink
from ...tip.events import EventKind
from ...tip.status import TipStatus, may_move
from ...tip.urgency import Urgency
from ...vault import history
from ...vault.lane import leave_lane
from ...vault.readers import shown_to
from ..services import MoveNotAllowed, refuse_out
from .tip_links import (
    about,
    make_stale,
)

DUPLICATE: Final = "duplicate"
"""The outcome of outcomes.yml with which a merged tip ends."""


class SameTip(Exception):
    """A tip can't be tied to itself, nor to what was merged into it."""


class HasDuplicates(Exception):
    """Others were merged into this one: merging it on would make a chain."""


class StillMerged(Exception):
    """The one is merged into the other: the tie goes once the merged one is taken up again."""


@dataclass(frozen=True)
class LinkedTip:
    """What a page tells of a tip that is tied to its own."""

    reference: str
    status: TipStatus
    urgency: Urgency
    received_on: date
    is_duplicate: bool
    """It was merged into this page's tip."""
    is_head: bool
    """This page's tip was merged into it."""


def linked_tips(session: Session, tip: Tip, *, viewer: int | None = None) -> list[LinkedTip]:
    """List the tips that are tied to this one, the oldest first; for a member what they may see."""
    tied = or_(
        Tip.id.in_(select(TipLink.other_id).where(TipLink.one_id == tip.id)),
        Tip.id.in_(select(TipLink.one_id).where(TipLink.other_id == tip.id)),
    )
    columns = (Tip.reference, Tip.status, Tip.urgency, Tip.received_on, Tip.merged_into_id, Tip.id)
    shown = true() if viewer is None else shown_to(viewer)
    query = select(*columns).where(tied, shown)
    rows = session.execute(query.order_by(Tip.received_on, Tip.reference))
    return [
        LinkedTip(
            reference=row.reference,
            status=row.status,
            urgency=row.urgency,
            received_on=row.received_on,
            is_duplicate=row.merged_into_id == tip.id,
            is_head=row.id == tip.merged_into_id,
        )
        for row in rows
    ]


def link(session: Session, tip: Tip, other: Tip, *, actor: Staff) -> None:
    """Tie two tips. A no-op where they are tied already.

    Raises `SameTip`, and `MoveNotAllowed` where the content of one was deleted.
    """
    if tip.id == other.id:
        raise SameTip
    if TipStatus.PURGED in (tip.status, other.status):
        raise MoveNotAllowed("purged")
    if _tie(session, tip, other, actor):
        _log(session, tip, other, (EventKind.LINKED, EventKind.LINKED), actor)


def unlink(session: Session, tip: Tip, other: Tip, *, actor: Staff) -> None:
    """Undo a tie. A no-op where there is none. Raises `StillMerged`."""
    tie = _find(session, tip, other)
    if tie is None:
        return
    if tip.merged_into_id == other.id or other.merged_into_id == tip.id:
        raise StillMerged
    session.execute(
        delete(TipLink).where(TipLink.one_id == tie.one_id, TipLink.other_id == tie.other_id)
    )
    _log(session, tip, other, (EventKind.UNLINKED, EventKind.UNLINKED), actor)


def merge(session: Session, tip: Tip, into: Tip, *, actor: Staff) -> None:
    """End `tip` as a duplicate of `into`. Its reporter keeps their receipt, and is still answered.

    `into` is itself merged into none. Changes nothing when it raises `SameTip`, `HasDuplicates`,
    or `MoveNotAllowed` for a tip that has ended or whose content was deleted.
    """
    check_merge(session, tip, into)
    _tie(session, tip, into, actor)
    tip.merged_into_id, tip.outcome = into.id, DUPLICATE
    history.expire_after(tip, None)
    _log(session, tip, into, (EventKind.MERGED, EventKind.JOINED), actor, new=TipStatus.CLOSED)


def check_merge(session: Session, tip: Tip, into: Tip) -> None:
    """Raise what keeps one tip from being merged into another; change nothing."""
    if tip.id == into.id:
        raise SameTip
    if into.status is TipStatus.PURGED or not may_move(tip.status, TipStatus.CLOSED):
        raise MoveNotAllowed("ended")
    refuse_out(session, tip)
    # By the ties, of which a tip has few: there is no index of what was merged.
    if any(other.is_duplicate for other in linked_tips(session, tip)):
        raise HasDuplicates


def _find(session: Session, tip: Tip, other: Tip) -> TipLink | None:
    return session.get(TipLink, tuple(sorted((tip.id, other.id))))


def _tie(session: Session, tip: Tip, other: Tip, actor: Staff) -> bool:
    """Add the tie unless it is there; tell whether it was added."""
    if _find(session, tip, other) is not None:
        return False
    one, two = sorted((tip.id, other.id))
    session.add(TipLink(one_id=one, other_id=two, by=actor.name, made_on=today()))
    return True


def _log(
    session: Session,
    tip: Tip,
    other: Tip,
    kinds: tuple[EventKind, EventKind],
    actor: Staff,
    new: TipStatus | None = None,
) -> None:
    """Write the act down for both tips; by the histories it also comes into the audit log."""
    for one in (tip, other):
        leave_lane(one)
        make_stale(one)
    history.record(session, tip, about(kinds[0], other), new=new, by=actor.name)
    history.record(session, other, about(kinds[1], tip), by=actor.name)
