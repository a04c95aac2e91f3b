"""与我有关系: a member with a part in a tip says so, and sees it no more; a head alone undoes that.

No colleague is told: the tip's history says nothing of it, and a claim that is given back looks
like any other. A head of the unit is told who and which, or, where no other head is left, a head of
the unit above: who, and not which, for the reporter may have excluded that unit.
"""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ...access.permissions import Act, is_allowed
from ...access.roles import Staff
from ...audit.log import record
from ...db import today
from ...district.data import District
from ...members import countersign
from ...models import Member, Recusal, Tip
from ...tip.events import Event, EventKind
from ...vault import history, readers
from ..claims import hand_to


class NotTheirs(Exception):
    """This member is not told of it, or it is their own: they can't undo it."""


class Lifted(Exception):
    """There is nothing to undo any more."""


@dataclass(frozen=True)
class RecusalRow:
    """A recusal as a head is told of it."""

    id: int
    name: str
    unit_id: str
    day: str
    reference: str
    """Empty for a head of another unit."""


def recuse(session: Session, tip: Tip, *, actor: Staff) -> None:
    """Hide a tip from a member who has a part in it. A no-op where it is hidden already.

    The caller holds the tip's row, and commits. What they asked for at it lapses, and what they
    held is given back.
    """
    if readers.is_recused(session, tip.id, actor.member_id):
        return
    readers.unclear(session, tip.id, actor.member_id)
    session.add(
        Recusal(
            tip_id=tip.id,
            member_id=actor.member_id,
            unit_id=actor.unit_id,
            declared_on=today(),
        )
    )
    session.flush()
    asked = countersign.open_of_tip(session, tip.id)
    if asked is not None and asked.asked_by == actor.name and asked.kind == countersign.Kind.CLOSE:
        countersign.lapse(session, asked, by=actor)
    if tip.is_open and tip.claimed_by_id == actor.member_id:
        hand_to(session, tip, None, None)
        history.record(session, tip, Event(EventKind.RELEASED), by=actor.name)
    _audit(session, "recused", tip, by=actor)


def told_to(session: Session, district: District, staff: Staff) -> list[RecusalRow]:
    """List the recusals of which this head is told, the latest first; never one of their own."""
    if not is_allowed(Act.RECUSALS, staff.roles) or staff.unit_id is None:
        return []
    hidden = set(session.scalars(readers.recused_tips(staff.member_id)))
    found = []
    for row in session.scalars(_open_ones()):
        if row.tip_id in hidden or row.member_id == staff.member_id:
            continue
        if told_unit(session, district, row) == staff.unit_id:
            found.append(_told(row, staff))
    return found


def _told(row: Recusal, staff: Staff) -> RecusalRow:
    is_own_unit = row.unit_id == staff.unit_id
    return RecusalRow(
        id=row.id,
        name=row.member.name,
        unit_id=row.unit_id,
        day=row.declared_on.isoformat(),
        reference=row.tip.reference if is_own_unit else "",
    )


def _open_ones() -> Select[Recusal]:
    query = select(Recusal).where(Recusal.lifted_on.is_(None))
    loaded = (joinedload(Recusal.member), joinedload(Recusal.tip))
    return query.options(*loaded).order_by(Recusal.declared_on.desc(), Recusal.id)


def told_unit(session: Session, district: District, row: Recusal) -> str | None:
    """Name the unit whose heads are told: the member's own, while another head of it is left."""
    if _heads(session, row.unit_id) - readers.recused_members(session, row.tip_id):
        return row.unit_id
    ways = district.ways
    return ways.upper if row.unit_id != ways.upper else ways.guardian(row.unit_id)


def _heads(session: Session, unit_id: str) -> set[int]:
    """Return the heads of a unit who are not shut out."""
    rows = session.execute(
        select(Member.id, Member.roles).where(
            Member.unit_id == unit_id, Member.suspended_on.is_(None)
        )
    )
    return {row.id for row in rows if is_allowed(Act.RECUSALS, row.roles)}


def lift(session: Session, district: District, recusal_id: int, *, by: Staff) -> None:
    """Let a member see a tip again. The caller commits. Raises `NotTheirs` or `Lifted`."""
    query = select(Recusal).where(Recusal.id == recusal_id, Recusal.lifted_on.is_(None))
    row = session.scalars(query.with_for_update(of=Recusal)).one_or_none()
    if row is None:
        raise Lifted
    if recusal_id not in {one.id for one in told_to(session, district, by)}:
        raise NotTheirs
    row.lifted_by, row.lifted_on = by.name, today()
    session.flush()
    _audit(session, "recusal_lifted", row.tip, by=by, detail=row.member.name)


def _audit(session: Session, act: str, tip: Tip, *, by: Staff, detail: str = "") -> None:
    record(session, act, by=by.name, unit_id=tip.unit_id, reference=tip.reference, detail=detail)
