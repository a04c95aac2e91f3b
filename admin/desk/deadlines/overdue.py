"""催办: which deadlines of a unit have run out, and what its supervisor may know of them.

The supervisor learns reference, rule and days of what was told to it, and nothing else: no holder,
no urgency, no label, no way to open.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Select, and_, func, select, text
from sqlalchemy.orm import Session

from ...district.data import District
from ...models import EXPIRING, OPEN, ClockEvent, Member, Tip
from ...tip.events import Level
from ...tip.status import TipStatus
from ...tip.urgency import Urgency
from ...vault.readers import shown_to
from ...vault.retention.holding import going_on, is_free, with_days
from ..claims import clock
from ..queue.lanes import NOW
from ..queue.listing import HOLDS

Row = TypeVar("Row")
SHOWN: Final = 100
"""Rows that a list shows, the longest overdue first; the page says whether there are more."""


@dataclass(frozen=True)
class OwnRow:
    """An overdue tip of the member's own unit."""

    reference: str
    urgency: Urgency
    due_on: date
    rule: str
    holder: str | None
    told: frozenset[str]
    """The levels that have been told."""


@dataclass(frozen=True)
class OthersRow:
    """An overdue tip of another unit, as its supervisor sees it."""

    reference: str
    due_on: date
    rule: str


@dataclass(frozen=True)
class Leaving:
    """A tip whose words are deleted soon."""

    reference: str
    expires_on: date
    status: TipStatus


@dataclass(frozen=True)
class Counted(Generic[Row]):
    """Rows of a list, and how many there are, up to one more than are shown."""

    rows: Sequence[Row]
    count: int


def own_overdue(session: Session, unit_id: str, day: date, viewer: int) -> Counted[OwnRow]:
    """List a unit's tips whose next deadline has run out, for a member who may see them."""
    overdue = (*_overdue(session, unit_id, day), shown_to(viewer))
    query = (
        select(Tip.id, Tip.reference, Tip.urgency, Tip.due_on, Tip.due_rule, Member.name)
        .outerjoin(Member, HOLDS)
        .where(*overdue)
    )
    rows = session.execute(_longest_first(query), {NOW.key: clock()}).all()
    told = _told(session, [(row.id, row.due_rule) for row in rows])
    shown = [
        OwnRow(row.reference, row.urgency, row.due_on, row.due_rule, row.name, told[row.id])
        for row in rows
    ]
    return Counted(shown, _count(session, select(Tip.id).where(*overdue)))


def others_overdue(
    session: Session, district: District, unit_id: str, day: date
) -> Mapping[str, Counted[OthersRow]]:
    """List by unit what was told to this unit as their supervisor, and is still not done."""
    supervised = [
        unit.id
        for unit in district.units.values()
        if not unit.practice and district.ways.watcher(unit.id) == unit_id
    ]
    found = {other: _told_to_supervisor(session, other, day) for other in supervised}
    return {other: listed for other, listed in found.items() if listed.count}


def leaving_soon(
    session: Session, unit_id: str, day: date, notice_days: int, viewer: int
) -> Counted[Leaving]:
    """List a unit's ended tips whose words are deleted within `notice_days`, for a member.

    What a hold or an open case keeps for longer is not among them; what a hold keeps until then is.
    """
    last = day + timedelta(days=notice_days)
    soon = (
        Tip.expires_on <= last,
        is_free(last),
        Tip.unit_id == unit_id,
        text(EXPIRING),
        Tip.machine_unit.is_(None),
        shown_to(viewer),
    )
    query = with_days(Tip.reference, Tip.status).where(*soon)
    rows: Any = session.execute(query.order_by(Tip.expires_on, Tip.reference).limit(SHOWN))
    found = [Leaving(reference, going_on(*days), status) for reference, status, *days in rows]
    shown = sorted(found, key=lambda row: (row.expires_on, row.reference))
    return Counted(shown, _count(session, select(Tip.id).where(*soon)))


def _overdue(session: Session, unit_id: str, day: date) -> tuple[Any, ...]:
    """Choose what the index of deadlines holds of a unit, before `day`."""
    is_open = text(OPEN[session.get_bind().dialect.name])
    return Tip.unit_id == unit_id, Tip.due_on.is_not(None), Tip.due_on < day, is_open


def _longest_first(query: Any) -> Any:
    return query.order_by(Tip.due_on, Tip.urgency, Tip.received_on, Tip.id).limit(SHOWN)


def _told(session: Session, pairs: Sequence[tuple[int, str | None]]) -> dict[int, frozenset[str]]:
    """Read which levels were told of each tip's present deadline."""
    columns = ClockEvent.tip_id, ClockEvent.rule, ClockEvent.level
    events = session.execute(
        select(*columns).where(ClockEvent.tip_id.in_([tip for tip, _ in pairs]))
    )
    levels: dict[tuple[int, str | None], set[str]] = defaultdict(set)
    for event in events:
        levels[event.tip_id, event.rule].add(event.level)
    return {tip: frozenset(levels[tip, rule]) for tip, rule in pairs}


def _told_to_supervisor(session: Session, unit_id: str, day: date) -> Counted[OthersRow]:
    event = and_(
        ClockEvent.tip_id == Tip.id,
        ClockEvent.rule == Tip.due_rule,
        ClockEvent.level == Level.SUPERVISOR,
    )
    overdue = _overdue(session, unit_id, day)
    query = select(Tip.reference, Tip.due_on, Tip.due_rule).join(ClockEvent, event).where(*overdue)
    rows = [OthersRow(*row) for row in session.execute(_longest_first(query))]
    return Counted(rows, _count(session, select(Tip.id).join(ClockEvent, event).where(*overdue)))


def _count(session: Session, query: Select[Any]) -> int:
    limited = query.limit(SHOWN + 1).subquery()
    return session.execute(select(func.count()).select_from(limited)).scalar_one()
