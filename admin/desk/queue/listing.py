"""The queue: which tips wait, in which order, fifty at a time. Reads covers only.

A page starts behind the last row of the page before (a keyset), so that the thousandth page costs
what the first one costs, and a tip that arrives meanwhile moves none from one page to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, and_, case, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from ...models import Direction, LaneRank, Member, Message, Tip, TipLabel, TipOpening, Transfer
from ...tip.status import TipStatus
from ...tip.urgency import Urgency
from .lanes import (
    HELD,
    SHOWN,
    UNIT,
    Cursor,
    IndexScan,
    Lane,
    Viewer,
    behind,
    tip,
)
from .search import (
    Wanted,
    labelled,
    walks_of,
)

PAGE = 50
LOOKED_AT: Final = 200
"""Tips at which a page looks at most where it has to ask each whether it is wanted."""


class BadCursor(ValueError):
    """The place to go on from is not one that we wrote."""


def parse_cursor(text: str, lane: Lane) -> Cursor:
    """Read a cursor of a lane from an address. Raises `BadCursor`."""
    *first, urgency, day, number = ["", "", *text.split("_")][-4 if text.count("_") == 3 else -3 :]
    try:
        # strptime takes what strftime wrote; the id must fit the column.
        place = Urgency(urgency), _read_day(day), int(number)
        cursor = Cursor(*place, **_read_first("".join(first), lane))
    except ValueError as error:
        raise BadCursor from error
    if str(cursor) != text or cursor.id >= 2**63:
        raise BadCursor
    return cursor


def _read_first(text: str, lane: Lane) -> dict[str, Any]:
    """Read what stands before the urgency in the two lanes that have an order of their own."""
    if lane is Lane.OVERDUE:
        return {"due_on": _read_day(text)}
    return {"rank": LaneRank(text)} if lane is Lane.MACHINE else {}


def _read_day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


@dataclass(frozen=True, slots=True)
class QueueRow:
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
    is_unread: bool
    """Nobody of the unit has opened it since it came, or since the reporter wrote last."""
    labels: tuple[str, ...]
    """The working labels that staff set."""
    is_offered: bool = False
    """Another unit passed it on, and nobody here has taken it over."""


@dataclass(frozen=True)
class QueuePage:
    rows: Sequence[QueueRow]
    next: Cursor | None
    is_cut: bool = False
    """Whether it stopped before it was full, having looked at as many tips as it may."""


def read_queue(session: Session, viewer: Viewer, wanted: Wanted, after: Cursor | None) -> QueuePage:
    """Read one page of a unit's queue: one statement, whatever the number of tips.

    For a label a second one tells beforehand whether many tips have it.
    """
    statement = queue_statement(wanted, after, is_rare=_is_rare(session, viewer, wanted.label))
    if statement is None:
        return QueuePage([], None)
    found = session.connection().execute(statement, viewer.parameters()).all()
    end = next((at for at, row in enumerate(found) if row.is_end), len(found))
    rows = [_row(row) for row in found[: min(end, PAGE)]]
    if end > PAGE:
        return QueuePage(rows, _cursor(found[PAGE - 1], wanted.lane))
    # Behind the first walk's end another walk's rows may stand before some that were not seen.
    is_cut = end < len(found)
    return QueuePage(rows, _cursor(found[end], wanted.lane) if is_cut else None, is_cut)


def _is_rare(session: Session, viewer: Viewer, label: str | None) -> bool:
    """Tell whether few enough tips have a label for all of them to be put in order."""
    if label is None:
        return True
    some = labelled(label, LOOKED_AT + 1).subquery()
    query = select(func.count()).select_from(some)
    counted = session.connection().execute(query, viewer.parameters()).scalar_one()
    return counted <= LOOKED_AT


def _cursor(row: Any, lane: Lane) -> Cursor:
    due_on = row.due_on if lane is Lane.OVERDUE else None
    rank = row.lane_rank if lane is Lane.MACHINE else None
    return Cursor(row.urgency, row.received_on, row.id, due_on, rank)


# The same few first pages are asked for all day: building a statement costs more than its answer.
@lru_cache(maxsize=256)
def queue_statement(
    wanted: Wanted, after: Cursor | None, *, is_rare: bool = True
) -> Select[*tuple[Any, ...]] | None:
    """Build the page's statement; None where nothing can be behind that row.

    A row with `is_end` is the last one at which a walk looked, whether it is wanted or not.
    """
    walks: list[IndexScan] = []
    for walk in walks_of(wanted, is_rare=is_rare):
        left = behind(walk, after) if after else walk
        walks += [left.only(SHOWN)] if left else []
    if not walks:
        return None
    columns = _columns(with_rank=wanted.lane is Lane.MACHINE)
    order = walks[0].order()
    if len(walks) == 1 and not walks[0].asked:
        shown = select(*columns, literal(0).label("is_end")).outerjoin_from(tip, _member, HOLDS)
        return shown.where(*walks[0].where).order_by(*order).limit(PAGE + 1)
    most = LOOKED_AT // len(walks)
    met = union_all(*(part for walk in walks for part in _met(walk, most))).subquery()
    shown = select(*columns, met.c.is_end).outerjoin_from(tip, _member, HOLDS)
    shown = shown.join_from(tip, met, met.c.id == tip.c.id)
    # An end sorts behind the row that it is, where that is wanted too.
    return shown.order_by(*order, met.c.is_end).limit(PAGE + 1 + len(walks))


def _met(walk: IndexScan, most: int) -> list[Select[int, int]]:
    """Give the ids of a walk's first tips. A page of each walk makes sure of a page of all.

    Of a walk that asks it looks at `most` tips, and gives the last of them as its end.
    """
    met = select(*walk.order()).where(*walk.where).order_by(*walk.order()).correlate(None)
    if not walk.asked:
        return [_ids(met.limit(PAGE + 1))]
    # Asked in a column of what was seen, not in a join: a database would turn that round, and
    # look through all that is stored for what fits.
    fits = case((and_(*walk.asked), 1), else_=0).label("fits")
    seen = met.add_columns(fits).limit(most).subquery()
    order = [seen.c[column.name] for column in walk.order()]
    first = select(*order).where(seen.c.fits == 1).order_by(*order).limit(PAGE + 1)
    return [_ids(first), _ids(met.limit(1).offset(most - 1), is_end=True)]


def _ids(query: Select[*tuple[Any, ...]], *, is_end: bool = False) -> Select[int, int]:
    # As a subquery: only there may each part of a union have an order and an end.
    return select(query.subquery().c.id, literal(int(is_end)).label("is_end"))


_member = Member.__table__
_message = Message.__table__
_label = TipLabel.__table__
_opening = TipOpening.__table__
_transfer = Transfer.__table__
_offered = exists().where(_transfer.c.tip_id == tip.c.id, _transfer.c.settled_on.is_(None))
HOLDS: Final = (_member.c.id == tip.c.claimed_by_id) & HELD & _member.c.suspended_on.is_(None)
"""Who is shown as a tip's holder: nobody whose claim ran out, nobody suspended."""


def _columns(*, with_rank: bool) -> list[Any]:
    """Name what a row shows. What hangs on it is asked for the page's rows alone."""
    last = select(_message.c.direction).where(
        _message.c.tip_id == tip.c.id, _message.c.number == tip.c.talk_length
    )
    upto = select(_opening.c.upto).where(_opening.c.tip_id == tip.c.id)
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
        upto.scalar_subquery().label("upto"),
        _offered.label("is_offered"),
        *([tip.c.lane_rank] if with_rank else []),
    ]


def _row(found: Any) -> QueueRow:
    awaits_us = found.last is Direction.REPORTER
    return QueueRow(
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
        awaits_us=awaits_us,
        is_unread=found.upto is None or (awaits_us and found.upto < found.talk_length),
        labels=tuple(sorted(found.labels.split(","))) if found.labels else (),
        is_offered=bool(found.is_offered),
    )


def read_labels(session: Session, viewer: Viewer, references: Sequence[str]) -> dict[str, bytes]:
    """Read the sealed labels of some tips that a member may see, by reference."""
    own = (tip.c.unit_id == UNIT, Tip.label.is_not(None), SHOWN)
    query = select(tip.c.reference, tip.c.label).where(tip.c.reference.in_(references), *own)
    found = session.connection().execute(query, viewer.parameters())
    return {row.reference: row.label for row in found}
