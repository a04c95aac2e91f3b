"""The lanes of the queue: which index each walks, and in which order.

A lane is a few walks. Each goes along one partial index of the tips, begins where the page
before it ended, and stops when the page is full: what it costs does not grow with what is stored.
The conditions of those indexes stand in the statements word by word, or SQLite would not take them.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    and_,
    bindparam,
    false,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)

from ...models import FREE, TAKEN, TAKEN_DUE, LaneRank, Tip
from ...tip.status import OPEN_STATUSES, TipStatus
from ...tip.urgency import Urgency
from ...vault.readers import recused_tips

SORTED_MAX: Final = 1_000
"""Rows at most that a walk finds by another order than its own, and puts in order itself."""
# Rows are read, and no object of them is made.
tip: Final[Table] = Tip.__table__  # type: ignore[assignment]
UNIT: Final[BindParameter[str]] = bindparam("unit")
MEMBER: Final[BindParameter[int]] = bindparam("member")
TODAY: Final[BindParameter[date]] = bindparam("today")
NOW: Final[BindParameter[int]] = bindparam("now")
_Condition = ColumnElement[bool]


class Lane(enum.StrEnum):
    """What a member may want to see of their unit's tips. The value stands in the address."""

    URGENT = "urgent"
    TODAY = "today"
    FREE = "free"
    MINE = "mine"
    OVERDUE = "overdue"
    QUESTION = "question"
    MACHINE = "machine"
    ALL = "all"


@dataclass(frozen=True)
class Viewer:
    """For whom the lanes are made, and when."""

    unit_id: str
    member_id: int
    today: date
    now: int

    def parameters(self) -> dict[str, Any]:
        return {
            "unit": self.unit_id,
            "member": self.member_id,
            "today": self.today,
            "now": self.now,
        }


@dataclass(frozen=True)
class IndexScan:
    """A way along one index: its conditions, and the order that the index gives."""

    where: tuple[_Condition, ...]
    asked: tuple[_Condition, ...] = ()
    """What no index leads to: asked of each tip on the way, so that a page looks at
    `queue.LOOKED_AT` tips at most and says where it stopped."""
    urgency: Urgency | None = None
    """The one urgency that this walk meets, where it meets but one."""
    rank: LaneRank | None = None
    """The one rank of the machine lane that this walk meets."""
    by_due: bool = False
    """Whether the longest overdue stand first, instead of the most urgent."""
    is_loose: bool = False
    """Whether no index gives its few rows in order: a page sorts them."""

    def only(self, *conditions: _Condition) -> Self:
        return replace(self, where=self.where + conditions)

    def ask(self, *conditions: _Condition) -> Self:
        return replace(self, asked=self.asked + conditions)

    def at(self, urgency: Urgency) -> Self:
        """Keep to one urgency; where no index has it in front, each tip is asked for it."""
        if not self.is_by_urgency:
            return self.ask(tip.c.urgency == urgency)
        return replace(self.only(tip.c.urgency == urgency), urgency=urgency)

    @property
    def is_by_urgency(self) -> bool:
        """Whether what this walk meets lies in its index urgency by urgency."""
        return not (self.by_due or self.is_loose)

    def order(self) -> tuple[ColumnElement[Any], ...]:
        common = (tip.c.urgency, tip.c.received_on, tip.c.id)
        if self.rank is not None:
            return (tip.c.lane_rank, *common)
        return (tip.c.due_on, *common) if self.by_due else common


_OWN: Final = tip.c.unit_id == UNIT
_IS_OPEN: Final = tip.c.is_open == true()
_APART: Final = tip.c.machine_unit.is_(None)
OPEN: Final = IndexScan((_OWN, _IS_OPEN, _APART))
_FREE: Final = IndexScan((_OWN, text(FREE)))  # type: ignore[arg-type]
_MACHINE: Final = [
    IndexScan((tip.c.machine_unit == UNIT, _IS_OPEN, tip.c.lane_rank == rank), rank=rank)
    for rank in LaneRank
]
OPEN_IN_ORDER: Final = [status for status in TipStatus if status in OPEN_STATUSES]
HELD: Final = and_(
    tip.c.claimed_by_id.is_not(None),
    or_(tip.c.claimed_until.is_(None), tip.c.claimed_until > NOW),
)
"""Somebody holds it: a claim that ran out is nobody's."""


SHOWN: Final = tip.c.id.not_in(recused_tips(MEMBER))
"""The member has no part in it: read once for a statement, however many tips it walks."""


def at_status(status: TipStatus) -> list[IndexScan]:
    """Walk all tips that stand so, but those of the machine lane."""
    taken = IndexScan((_OWN, stands(status), text(TAKEN)))  # type: ignore[arg-type]
    return [_FREE, taken] if status is TipStatus.RECEIVED else [taken]


def stands(status: TipStatus) -> _Condition:
    # Literal, so that a plan that is kept for later values still fits the index.
    return tip.c.status == literal_column(f"'{TipStatus(status).value}'")


_OVERDUE: Final = replace(OPEN.only(tip.c.due_on < TODAY), by_due=True)
_DUE_TODAY: Final = OPEN.only(tip.c.due_on == TODAY, tip.c.urgency != Urgency.P1)


def _due_at(walk: IndexScan, status: TipStatus) -> list[IndexScan]:
    """Keep a walk along the deadlines to one status, by the index in which the status leads.

    What nobody has taken is not in that one, or each new tip would pay for it: it is asked for.
    """
    due = walk.where[len(OPEN.where) :]
    taken = IndexScan((_OWN, stands(status), *due, text(TAKEN_DUE)), by_due=walk.by_due)  # type: ignore[arg-type]
    return [walk.ask(text(FREE)), taken] if status is TipStatus.RECEIVED else [taken]  # type: ignore[arg-type]


def _run_out() -> IndexScan:
    """Walk the claims that ran out and that the sweep has not freed yet: an hour's at most.

    PostgreSQL takes a bound whose value it does not know for a third of all claims, and then reads
    the whole table beside them; of a range it expects one in two hundred.
    """
    ran_out = (
        select(tip.c.id)
        .where(tip.c.claimed_until > 0, tip.c.claimed_until <= NOW, _OWN)
        .order_by(tip.c.claimed_until)
        .limit(SORTED_MAX)
    )
    waiting = (tip.c.id.in_(ran_out.correlate(None)), tip.c.status == TipStatus.RECEIVED)
    return IndexScan(waiting, is_loose=True)


def _lanes() -> dict[Lane, list[IndexScan]]:
    mine = IndexScan((tip.c.claimed_by_id == MEMBER, _IS_OPEN, _OWN, HELD))
    return {
        Lane.URGENT: [OPEN.at(Urgency.P0)],
        Lane.TODAY: [OPEN.at(Urgency.P1), _DUE_TODAY],
        Lane.FREE: [_FREE, _run_out()],
        Lane.MINE: [mine],
        Lane.OVERDUE: [_OVERDUE],
        Lane.QUESTION: at_status(TipStatus.QUESTION),
        Lane.MACHINE: _MACHINE,
        Lane.ALL: [OPEN],
    }


LANES: Final = _lanes()


def lane_at(lane: Lane, status: TipStatus | None) -> list[IndexScan]:
    """Walk those tips of a lane that stand so; none where no tip of the lane can."""
    if status is None:
        return LANES[lane]
    if lane is Lane.ALL:
        return at_status(status)
    if status not in OPEN_STATUSES:
        return []
    return _LANES_AT[lane](status)


_LANES_AT: Final[Mapping[Lane, Callable[[TipStatus], list[IndexScan]]]] = {
    Lane.URGENT: lambda status: [walk.at(Urgency.P0) for walk in at_status(status)],
    Lane.TODAY: lambda status: [
        *(walk.at(Urgency.P1) for walk in at_status(status)),
        *_due_at(_DUE_TODAY, status),
    ],
    Lane.FREE: lambda status: LANES[Lane.FREE] if status is TipStatus.RECEIVED else [],
    Lane.MINE: lambda status: [walk.ask(stands(status)) for walk in LANES[Lane.MINE]],
    Lane.OVERDUE: lambda status: _due_at(_OVERDUE, status),
    Lane.QUESTION: lambda status: at_status(status) if status is TipStatus.QUESTION else [],
    Lane.MACHINE: lambda status: [walk.ask(stands(status)) for walk in _MACHINE],
}


def is_in(walks: Sequence[IndexScan]) -> _Condition:
    """Tell of a tip that was found elsewhere whether one of these walks would meet it."""
    return or_(false(), *(and_(*walk.where, *walk.asked) for walk in walks))


@dataclass(frozen=True)
class Cursor:
    """The row behind which a page starts."""

    urgency: Urgency
    received_on: date
    id: int
    due_on: date | None = None
    """Only where the longest overdue stand first."""
    rank: LaneRank | None = None
    """Only in the machine lane."""

    def __str__(self) -> str:
        place = f"{self.urgency}_{self.received_on:%Y%m%d}_{self.id}"
        if self.rank is not None:
            return f"{self.rank}_{place}"
        return f"{self.due_on:%Y%m%d}_{place}" if self.due_on else place


def behind(walk: IndexScan, cursor: Cursor) -> IndexScan | None:
    """Let a walk begin behind a row; None where all that it meets stands before that row."""
    if walk.by_due:
        place = (cursor.due_on, cursor.urgency, cursor.received_on, cursor.id)
        return walk.only(tuple_(*walk.order()) > place)
    if walk.rank is not None and cursor.rank is not None and walk.rank != cursor.rank:
        return walk if walk.rank > cursor.rank else None
    return _behind_in_order(walk, cursor)


def _behind_in_order(walk: IndexScan, cursor: Cursor) -> IndexScan | None:
    if walk.urgency is None:
        place_in_all = (cursor.urgency, cursor.received_on, cursor.id)
        return walk.only(tuple_(tip.c.urgency, tip.c.received_on, tip.c.id) > place_in_all)
    if walk.urgency < cursor.urgency:
        return None
    if walk.urgency > cursor.urgency:
        return walk
    rest = tuple_(tip.c.received_on, tip.c.id)
    return walk.only(rest > (cursor.received_on, cursor.id))
