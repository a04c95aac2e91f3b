"""The queue: which tips wait, in which order, fifty at a time. Reads covers only.

A page starts behind the last row of the page before (a keyset), so that the thousandth page costs
what the first one costs, and a tip that arrives meanwhile moves none from one page to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from ..models import Direction, Member, Message, Tip, TipLabel, TipStatus, Urgency
from .lanes import HELD, Cursor, Lane, Viewer, Walk, behind, tip
from .search import Wanted, walks_of

PAGE = 50


class BadCursor(ValueError):
    """The place to go on from is not one that we wrote."""


def parse_cursor(text: str, lane: Lane) -> Cursor:
    """Read a cursor of a lane from an address. Raises `BadCursor`."""
    *due, urgency, day, number = ["", "", *text.split("_")][-4 if text.count("_") == 3 else -3 :]
    try:
        # strptime takes what strftime wrote; the id must fit the column.
        days = [datetime.strptime(part, "%Y%m%d").date() for part in (day, *due)]  # noqa: DTZ007
        cursor = Cursor(Urgency(urgency), days[0], int(number), *days[1:])
    except ValueError as error:
        raise BadCursor from error
    is_by_due = cursor.due_on is not None
    if str(cursor) != text or cursor.id >= 2**63 or is_by_due != (lane is Lane.OVERDUE):
        raise BadCursor
    return cursor


@dataclass(frozen=True, slots=True)
class Row:
    """A tip as the queue shows it. Its label is sent apart, and opened in the browser."""

    id: int
    reference: str
    version: int
    urgency: Urgency
    received_on: Any
    status: TipStatus
    channel: str
    due_on: Any
    due_rule: str | None
    claimed_by: str | None
    is_withdrawn: bool
    is_danger: bool
    has_label: bool
    messages: int
    awaits_us: bool
    """The reporter wrote last."""
    labels: tuple[str, ...]
    """The working labels that staff set."""


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    next: Cursor | None


def read_queue(session: Session, viewer: Viewer, wanted: Wanted, after: Cursor | None) -> Page:
    """Read one page of a unit's queue: one statement, whatever the number of tips."""
    statement = queue_statement(wanted, after)
    if statement is None:
        return Page([], None)
    found = session.connection().execute(statement, viewer.parameters()).all()
    rows = [_row(row) for row in found[:PAGE]]
    is_more = len(found) > PAGE
    return Page(rows, _cursor(rows[-1], wanted.lane) if is_more else None)


def _cursor(row: Row, lane: Lane) -> Cursor:
    due_on = row.due_on if lane is Lane.OVERDUE else None
    return Cursor(row.urgency, row.received_on, row.id, due_on)


# The same few first pages are asked for all day: building a statement costs more than its answer.
@lru_cache(maxsize=256)
def queue_statement(wanted: Wanted, after: Cursor | None) -> Select[*tuple[Any, ...]] | None:
    """Build the page's statement; None where nothing can be behind that row."""
    walks: list[Walk] = []
    for walk in walks_of(wanted):
        left = behind(walk, after) if after else walk
        walks += [left] if left else []
    if not walks:
        return None
    shown = select(*_columns()).outerjoin_from(tip, _member, HOLDS)
    if len(walks) == 1:
        [walk] = walks
        return shown.where(*walk.where).order_by(*walk.order()).limit(PAGE + 1)
    met = union_all(*(_first_ids(walk) for walk in walks)).subquery()
    order = walks[0].order()
    return shown.join_from(tip, met, met.c.id == tip.c.id).order_by(*order).limit(PAGE + 1)


def _first_ids(walk: Walk) -> Select[int]:
    """Give the ids of a walk's first tips. A page of each walk makes sure of a page of all."""
    first = select(*walk.order()).where(*walk.where).order_by(*walk.order()).limit(PAGE + 1)
    return select(first.correlate(None).subquery().c.id)


_member = Member.__table__
_message = Message.__table__
_label = TipLabel.__table__
HOLDS: Final = (_member.c.id == tip.c.claimed_by_id) & HELD & _member.c.suspended_on.is_(None)
"""Who is shown as a tip's holder: nobody whose claim ran out, nobody suspended."""


def _columns() -> list[Any]:
    """Name what a row shows. What hangs on it is asked for the page's rows alone."""
    last = select(_message.c.direction).where(
        _message.c.tip_id == tip.c.id, _message.c.number == tip.c.talk_length
    )
    labels = select(func.aggregate_strings(_label.c.label, ",")).where(_label.c.tip_id == tip.c.id)
    names = ("id", "reference", "version", "urgency", "received_on", "status", "channel")
    return [
        *(tip.c[name] for name in (*names, "due_on", "due_rule", "talk_length")),
        _member.c.name,
        tip.c.withdrawn_on.is_not(None).label("is_withdrawn"),
        tip.c.danger_on.is_not(None).label("is_danger"),
        tip.c.label.is_not(None).label("has_label"),
        last.scalar_subquery().label("last"),
        labels.scalar_subquery().label("labels"),
    ]


def _row(found: Any) -> Row:
    return Row(
        id=found.id,
        reference=found.reference,
        version=found.version,
        urgency=found.urgency,
        received_on=found.received_on,
        status=found.status,
        channel=found.channel,
        due_on=found.due_on,
        due_rule=found.due_rule,
        claimed_by=found.name,
        is_withdrawn=found.is_withdrawn,
        is_danger=found.is_danger,
        has_label=found.has_label,
        messages=found.talk_length,
        awaits_us=found.last is Direction.REPORTER,
        labels=tuple(sorted(found.labels.split(","))) if found.labels else (),
    )


def read_labels(session: Session, unit_id: str, references: Sequence[str]) -> dict[str, bytes]:
    """Read the sealed labels of some tips of a unit, by reference."""
    query = select(tip.c.reference, tip.c.label).where(
        tip.c.reference.in_(references), tip.c.unit_id == unit_id, Tip.label.is_not(None)
    )
    return {row.reference: row.label for row in session.connection().execute(query)}
