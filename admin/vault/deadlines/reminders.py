"""催办: what the sweep does with clocks. Deadlines that ran out are told once to each level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import insert, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...district.data import District
from ...models import OPEN, UNDATED, ClockEvent, Setting, Tip
from ...tip.events import Event, EventKind, Level
from ...tip.urgency import Urgency
from ..events import SYSTEM, append, line
from .clocks import (
    COVER,
    Past,
    clocks,
    facts_of,
    mark_many,
    read_pasts,
)

BATCH: Final = 200
"""Tips of one transaction: writers wait for as long as it takes."""
DATED_BY: Final = "deadlines"
"""The setting that keeps by which rules and calendar all open tips were dated."""
URGED_ON: Final = "urged_on"
"""The setting that keeps the last day whose whole turn was made."""
# Any number, the same in every process: PostgreSQL's sweeps take turns by it.
_LOCK: Final = 4_181_022_617

Place = tuple[date, Urgency, date, int]
"""Where a turn stopped: the tip's place in the index of deadlines."""


@dataclass(frozen=True)
class Turn:
    """What one transaction did, and the tip behind which the next one goes on."""

    count: int
    last: Any
    """None where nothing is left."""


def date_undated(session: Session) -> Turn:
    """Write the next deadline on tips that have none yet, `BATCH` at most. The caller commits.

    A tip that someone else holds is passed over until the next sweep: two that waited for each
    other's tips would wait for ever.
    """
    query = select(*COVER).where(text(UNDATED)).limit(BATCH)
    query = query.with_for_update(of=Tip, skip_locked=True)
    rows = session.execute(query).all()
    return Turn(mark_many(session, rows), rows[-1].id if len(rows) == BATCH else None)


def must_redate(session: Session) -> bool:
    """Tell whether rules or calendar are others than those by which the tips were dated.

    A store that was never swept says no: its tips were dated as they came, or not at all yet.
    """
    dated_by = session.get(Setting, DATED_BY)
    if dated_by is None:
        keep_setting(session, DATED_BY, clocks().mark)
        return False
    return dated_by.value != clocks().mark


def redate(session: Session, after: int | None) -> Turn:
    """Write the next deadline anew on all open tips, `BATCH` at most. The caller commits."""
    query = select(*COVER).where(_is_open(session), Tip.id > (after or 0))
    query = query.order_by(Tip.id).limit(BATCH).with_for_update(of=Tip)
    rows = session.execute(query).all()
    if len(rows) < BATCH:
        keep_setting(session, DATED_BY, clocks().mark)
    return Turn(mark_many(session, rows), rows[-1].id if len(rows) == BATCH else None)


def was_urged(session: Session, day: date) -> bool:
    """Tell whether that day's turn has been made already, here or on another node."""
    urged_on = session.get(Setting, URGED_ON)
    return urged_on is not None and urged_on.value >= day.isoformat()


def remember_urged(session: Session, day: date) -> None:
    """Keep that the day's turn was made. The caller commits."""
    keep_setting(session, URGED_ON, day.isoformat())


def keep_setting(session: Session, name: str, value: str) -> None:
    """Set a setting in one statement: another node may do the same at this moment."""
    make = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = make.insert(Setting).values(name=name, value=value)
    row = row.on_conflict_do_update(index_elements=["name"], set_={"value": value})
    session.execute(row)


def urge(session: Session, day: date, unit_id: str, after: Place | None) -> Turn:
    """Tell who is to be told of a unit's deadlines that ran out. The caller commits.

    Looks at `BATCH` tips at most. Idempotent, and safe beside other nodes: each level of each
    deadline has one row, and only who holds the lock writes any.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    place = (Tip.due_on, Tip.urgency, Tip.received_on, Tip.id)
    query = select(*COVER, Tip.due_on).where(
        Tip.unit_id == unit_id, Tip.due_on < day, Tip.due_on.is_not(None), _is_open(session)
    )
    if after is not None:
        query = query.where(tuple_(*place) > after)
    rows = session.execute(query.order_by(*place).limit(BATCH).with_for_update(of=Tip)).all()
    count = _tell(session, day, rows)
    end = rows[-1] if len(rows) == BATCH else None
    return Turn(count, end and (end.due_on, end.urgency, end.received_on, end.id))


def _is_open(session: Session) -> Any:
    """Say what is open as the index of deadlines says it: SQLite takes it only then."""
    return text(OPEN[session.get_bind().dialect.name])


def _tell(session: Session, day: date, tips: Sequence[Any]) -> int:
    ids = [tip.id for tip in tips]
    pasts = read_pasts(session, ids, is_whole=False)
    columns = ClockEvent.tip_id, ClockEvent.rule, ClockEvent.level
    rows = session.execute(select(*columns).where(ClockEvent.tip_id.in_(ids)))
    told = {(row.tip_id, row.rule, row.level) for row in rows}
    # The same for all of a turn: each look at it looks at files.
    district = app_state().district
    news = [
        (tip, found) for tip in tips if (found := _news(tip, pasts[tip.id], day, told, district))
    ]
    events = [
        {"tip_id": tip.id, "rule": rule, "level": level, "fired_on": day}
        for tip, found in news
        for rule, level in found
    ]
    if events:
        ends = read_pasts(session, [tip.id for tip, _found in news])
        lines = [row for tip, found in news for row in _lines(tip, ends[tip.id], found)]
        session.execute(insert(ClockEvent), events)
        append(session, lines)
        # Who acts on one of them from an older page is told what happened meanwhile.
        changed = [tip.id for tip, _found in news]
        session.execute(
            update(Tip).where(Tip.id.in_(changed)).values(version=Tip.version + 1),
            execution_options={"synchronize_session": False},
        )
    return len(events)


def _news(
    tip: Any, past: Past, day: date, told: set[tuple[int, str, str]], district: District
) -> list[tuple[str, Level]]:
    """List which deadline is now told to which level, and was not told before."""
    has_supervisor = district.ways.watcher(tip.unit_id) is not None
    return [
        (rule.id, level)
        for rule, level in district.clocks.urges(facts_of(tip, past, district), day)
        if (tip.id, rule.id, level) not in told
        and (has_supervisor or level is not Level.SUPERVISOR)
    ]


def _lines(tip: Any, past: Past, found: Sequence[tuple[str, Level]]) -> list[dict[str, Any]]:
    return [
        line(
            tip.id,
            past.number + n,
            Event(EventKind.OVERDUE, rule=rule, level=level),
            old=tip.status,
            by=SYSTEM,
        )
        for n, (rule, level) in enumerate(found, 1)
    ]
