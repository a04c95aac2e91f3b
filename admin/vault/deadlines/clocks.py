"""The clocks of stored tips: what a clock looks at is read here, and the marks are kept right."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...deadlines.rules import (
    Clocks,
    Deadline,
    Facts,
    Step,
    is_reopening,
)
from ...district.data import District
from ...models import ClockEvent, Decision, Tip
from ...tip.events import Event, EventKind
from ...tip.urgency import Urgency
from ..counting.steps import count_step
from ..events import REPORTER, SYSTEM, append, line


class Cover(Protocol):
    """What a clock needs of a tip's row: the object, or a row of a query of `COVER`."""

    @property
    def id(self) -> int: ...
    @property
    def unit_id(self) -> str: ...
    @property
    def urgency(self) -> Urgency: ...
    @property
    def received_on(self) -> date: ...
    @property
    def extended_on(self) -> date | None: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def machine_unit(self) -> str | None: ...


COVER: Final = (
    Tip.id,
    Tip.unit_id,
    Tip.urgency,
    Tip.received_on,
    Tip.extended_on,
    Tip.is_open,
    Tip.machine_unit,
    Tip.status,
)


@dataclass(frozen=True)
class Past:
    """A tip's history so far: the number of its last line, and what clocks see of each."""

    number: int = 0
    steps: tuple[Step, ...] = ()

    def followed_by(self, decision: Decision) -> "Past":
        return Past(decision.step, (*self.steps, step_of(decision)))


def step_of(row: Any) -> Step:
    """Make a clock's step of a line of the history."""
    is_staff = row.by not in (REPORTER, SYSTEM)
    return Step(row.decided_on, row.old, row.new, row.kind, row.reason, is_staff, row.unit)


def read_past(session: Session, tip_id: int) -> Past:
    """Read a tip's history; empty for one that nobody has touched."""
    return read_pasts(session, [tip_id])[tip_id]


def read_pasts(
    session: Session, tip_ids: Collection[int], *, is_whole: bool = True
) -> Mapping[int, Past]:
    """Read the histories of many tips at once.

    Without what the system did, unless they are to be whole: it stops no clock, and an overdue tip
    has a line for each time that somebody was told.
    """
    query = _lines_of(tip_ids)
    lines = session.execute(query if is_whole else query.where(Decision.by != SYSTEM))
    found: dict[int, list[Any]] = defaultdict(list)
    for row in lines:
        found[row.tip_id].append(row)
    pasts = {
        tip_id: Past(rows[-1].step, tuple(map(step_of, rows))) for tip_id, rows in found.items()
    }
    return defaultdict(Past, pasts)


def _lines_of(tip_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    columns = (
        *(Decision.tip_id, Decision.step, Decision.decided_on),
        *(Decision.old, Decision.new, Decision.kind, Decision.reason, Decision.by, Decision.unit),
    )
    return (
        select(*columns)
        .where(Decision.tip_id.in_(tip_ids))
        .order_by(Decision.tip_id, Decision.step)
    )


def facts_of(tip: Cover, past: Past, district: District) -> Facts:
    """Collect what the clocks may know of a tip."""
    return Facts(
        received_on=tip.received_on,
        urgency=Urgency(tip.urgency),
        is_supervisory=district.ways.is_sealed(tip.unit_id),
        steps=past.steps,
        extended_on=tip.extended_on,
        is_open=tip.is_open,
    )


def clocks() -> Clocks:
    """Get the district's clocks."""
    return app_state().district.clocks


def next_due(tip: Cover, past: Past, district: District) -> Deadline | None:
    """Find the first deadline that is not met. In the lane 疑似机器发送 no clock runs."""
    if tip.machine_unit:
        return None
    return district.clocks.next_due(facts_of(tip, past, district))


def mark(session: Session, tip: Tip, past: Past) -> None:
    """Write the tip's next deadline on it; one that opened again is urged anew."""
    due = next_due(tip, past, app_state().district)
    tip.due_on, tip.due_rule = (due.due, due.rule.id) if due else (None, None)
    if past.steps and is_reopening(past.steps[-1]):
        session.execute(delete(ClockEvent).where(ClockEvent.tip_id == tip.id))


def mark_many(session: Session, tips: Iterable[Cover]) -> int:
    """Write the next deadline on tips that the caller has locked; gives how many they were.

    Their versions stay: for a member who looks at one of them nothing has changed.
    """
    rows, district = list(tips), app_state().district
    pasts = read_pasts(session, [tip.id for tip in rows])
    marks = [(tip.id, next_due(tip, pasts[tip.id], district)) for tip in rows]
    values = [
        {"tip": tip_id, "day": due.due if due else None, "rule": due.rule.id if due else None}
        for tip_id, due in marks
    ]
    if values:
        session.connection().execute(_SET_DUE, values)
    return len(rows)


_TIP: Final = Tip.__table__
_SET_DUE: Final = (
    update(_TIP)  # type: ignore[arg-type]
    .where(_TIP.c.id == bindparam("tip"))
    .values(due_on=bindparam("day"), due_rule=bindparam("rule"))
)


def note_first_read(session: Session, tip_id: int, *, by: str) -> bool:
    """Log that a member opened the tip, where no member had since it came; the caller commits.

    Call it before anything that takes the audit log's lock. The tip's version stays: the page that
    the member has just opened is not stale by it.
    """
    query = select(*COVER).where(Tip.id == tip_id).with_for_update(of=Tip)
    tip: Any = session.execute(query).one()
    past, district = read_past(session, tip_id), app_state().district
    waiting = district.clocks.deadlines(facts_of(tip, past, district))
    if not any(row.met_on is None and "read" in row.rule.met_by for row in waiting):
        return False
    event = Event(EventKind.FIRST_READ)
    row = line(tip_id, past.number + 1, event, old=tip.status, by=by)
    append(session, [row])
    now = facts_of(tip, past.followed_by(Decision(**row)), district)
    count_step(session, tip_id, tip.unit_id, now)
    mark_many(session, [tip])
    return True
