"""The queue: which tips wait, in which order, fifty at a time. Reads covers and labels only.

A page starts behind the last row of the page before (a keyset), so that the thousandth page costs
what the first one costs, and a tip that arrives meanwhile moves none from one page to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, case, func, select, true, tuple_
from sqlalchemy.orm import Session

from ..models import Direction, Member, Message, Tip, TipStatus, Urgency

PAGE = 50


class BadCursor(ValueError):
    """The place to go on from is not one that we wrote."""


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to; as it stands, all that is open and not in the lane."""

    status: TipStatus | None = None
    urgency: Urgency | None = None
    day: date | None = None
    claimed_by_id: int | None = None
    in_lane: bool = False
    """Show what stands apart as 疑似机器发送 instead."""


@dataclass(frozen=True)
class Cursor:
    """The row behind which a page starts."""

    urgency: Urgency
    received_on: date
    id: int

    def __str__(self) -> str:
        return f"{self.urgency}_{self.received_on:%Y%m%d}_{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor from an address. Raises `BadCursor`."""
        try:
            urgency, day, number = text.split("_")
            # strptime takes what strftime wrote; the id must fit the column.
            received_on = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007
            cursor = cls(Urgency(urgency), received_on, int(number))
        except ValueError as error:
            raise BadCursor from error
        if str(cursor) != text or cursor.id >= 2**63:
            raise BadCursor
        return cursor


@dataclass(frozen=True)
class Row:
    """A tip as the queue shows it. Its label is opened in the browser."""

    id: int
    reference: str
    urgency: Urgency
    received_on: date
    status: TipStatus
    claimed_by: str | None
    is_withdrawn: bool
    is_danger: bool
    label: bytes | None
    messages: int = 0
    awaits_us: bool = False
    """The reporter wrote last."""


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    next: Cursor | None


def read_queue(session: Session, unit_id: str, wanted: Wanted, after: Cursor | None) -> Page:
    """Read one page of a unit's queue: two statements, whatever the number of tips."""
    found = session.execute(queue_statement(unit_id, wanted, after)).all()
    talks = _talks(session, [row.id for row in found[:PAGE]])
    rows = [_row(row, *talks.get(row.id, (0, False))) for row in found[:PAGE]]
    last = rows[-1] if len(found) > PAGE else None
    return Page(rows, Cursor(last.urgency, last.received_on, last.id) if last else None)


def queue_statement(unit_id: str, wanted: Wanted, after: Cursor | None) -> Select[*tuple[Any, ...]]:
    """Build the page's statement. It walks an index in its order and stops at the page's end."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Tip.id,
            Tip.reference,
            Tip.urgency,
            Tip.received_on,
            Tip.status,
            Member.name,
            Tip.withdrawn_on,
            Tip.danger_on,
            Tip.label,
        )
        .outerjoin(Member, Member.id == Tip.claimed_by_id)
        .where(*_shelf(unit_id, wanted))
        .order_by(Tip.urgency, Tip.received_on, Tip.id)
        .limit(PAGE + 1)
    )
    if wanted.urgency is not None:
        statement = statement.where(Tip.urgency == wanted.urgency)
    if wanted.day is not None:
        statement = statement.where(Tip.received_on == wanted.day)
        if wanted.urgency is None:
            # All there are: lets the index jump to the day within each, instead of walking it all.
            statement = statement.where(Tip.urgency.in_(list(Urgency)))
    if wanted.claimed_by_id is not None:
        statement = statement.where(Tip.claimed_by_id == wanted.claimed_by_id)
    if after is not None:
        place = tuple_(Tip.urgency, Tip.received_on, Tip.id)
        statement = statement.where(place > (after.urgency, after.received_on, after.id))
    return statement


def _shelf(unit_id: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Choose where to look: the lane by its own index, or the unit's other tips."""
    is_open, has_status = Tip.is_open == true(), Tip.status == wanted.status
    if wanted.in_lane:
        return [Tip.machine_unit == unit_id, is_open, *([has_status] if wanted.status else [])]
    apart = Tip.machine_unit.is_(None)
    return [Tip.unit_id == unit_id, apart, has_status if wanted.status else is_open]


def _talks(session: Session, tip_ids: list[int]) -> dict[int, tuple[int, bool]]:
    """Count each tip's messages, and tell whether the reporter wrote the last of them."""
    from_reporter = case((Message.direction == Direction.REPORTER, Message.number))
    rows = session.execute(
        select(Message.tip_id, func.max(Message.number), func.max(from_reporter))
        .where(Message.tip_id.in_(tip_ids))
        .group_by(Message.tip_id)
    )
    return {tip_id: (last, last == reporters) for tip_id, last, reporters in rows}


def _row(found: Any, messages: int, awaits_us: bool) -> Row:
    return Row(
        id=found.id,
        reference=found.reference,
        urgency=found.urgency,
        received_on=found.received_on,
        status=found.status,
        claimed_by=found.name,
        is_withdrawn=found.withdrawn_on is not None,
        is_danger=found.danger_on is not None,
        label=found.label,
        messages=messages,
        awaits_us=awaits_us,
    )
