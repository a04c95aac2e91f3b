"""Counts what is open, unit by unit, by where it stands, since when and until when.

Three statements group the covers, however many they are, and no sealed byte is read. One looks at
tips alone; another asks who spoke last, of those with a talk or a call for help. What they take
grows with what is open. Nothing is counted by member, and no row is one tip's. Who has a part in a
tip finds it in no number.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from ...models import Direction, LaneRank, Message, Tip, TipOpening
from ...tip.status import STATUSES, TipStatus
from ...vault.readers import recused_tips

OPEN_STATES: Final = tuple(status for status, one in STATUSES.items() if one.is_open)
SOON_DAYS: Final = 3
"""A deadline that ends within so many days from today is near."""
AGES: Final = ((3, "0-3"), (7, "4-7"), (15, "8-15"), (30, "16-30"), (60, "31-60"))
"""Days since receipt up to which a bucket reaches, and its id."""
OLDEST: Final = "61-"
AGE_IDS: Final = (*(name for _most, name in AGES), OLDEST)


class Due(StrEnum):
    """How near the next deadline is."""

    PAST = "past"
    SOON = "soon"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True)
class Queue:
    """What is open in one unit, or in several, without the lane 疑似机器发送."""

    states: Counter[TipStatus] = field(default_factory=Counter)
    ages: Counter[str] = field(default_factory=Counter)
    clocks: Counter[tuple[str, Due]] = field(default_factory=Counter)
    """By the next deadline's rule, and how near it is."""
    waiting: int = 0
    """The reporter spoke last."""
    danger: int = 0
    """The reporter told of danger."""
    danger_unread: int = 0
    """Of these, what came last was opened by nobody."""
    apart: int = 0
    """In the lane 疑似机器发送, and in none of the numbers above."""
    apart_danger: int = 0

    @property
    def total(self) -> int:
        return self.states.total()

    def due(self, near: Due) -> int:
        return sum(count for (_rule, one), count in self.clocks.items() if one is near)

    def __add__(self, other: "Queue") -> "Queue":
        return Queue(*(mine + its for mine, its in zip(_parts(self), _parts(other), strict=True)))


def _parts(queue: Queue) -> tuple[Any, ...]:
    return tuple(vars(queue).values())


def read_own(session: Session, unit_id: str, member_id: int, today: date) -> Queue:
    """Count one unit's queue as a member of it may see it."""
    shown = _tip.c.id.not_in(recused_tips(member_id))
    found = _read(session, today, _tip.c.unit_id == unit_id, shown)
    return found.get(unit_id, Queue())


def read_all(session: Session, practice: Collection[str], today: date) -> Mapping[str, Queue]:
    """Count every unit's queue but those of practice units, which count nowhere."""
    return _read(session, today, _tip.c.unit_id.not_in(sorted(practice)))


def _read(session: Session, today: date, *where: ColumnElement[bool]) -> Mapping[str, Queue]:
    connection = session.connection()
    found: dict[str, Queue] = defaultdict(Queue)
    for row in connection.execute(open_statement(today, *where)):
        found[row.unit_id] += _queue_of(row)
    for row in connection.execute(talk_statement(*where)):
        found[row.unit_id] += Queue(waiting=row.waiting, danger_unread=row.unread)
    for row in connection.execute(_apart_statement(*where)):
        found[row.unit_id] += Queue(apart=row.number, apart_danger=row.calling)
    return found


def _queue_of(row: Any) -> Queue:
    return Queue(
        states=Counter({TipStatus(row.status): row.number}),
        ages=Counter({row.age: row.number}),
        clocks=Counter({(row.due_rule or "", Due(row.due)): row.number}),
        danger=row.number if row.is_danger else 0,
    )


_tip: Final[Table] = Tip.__table__  # type: ignore[assignment]
_message: Final = Message.__table__
_opening: Final = TipOpening.__table__
_CALLING: Final = (LaneRank.CALLING_PROVEN, LaneRank.CALLING)


def open_statement(today: date, *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Group the open tips outside the machine lane by all that is counted of each."""
    one = (
        select(
            *(_tip.c.unit_id, _tip.c.status, _tip.c.due_rule),
            _age(today).label("age"),
            _due(today).label("due"),
            _tip.c.danger_on.is_not(None).label("is_danger"),
        )
        .where(_tip.c.is_open == true(), _tip.c.machine_unit.is_(None), *where)
        .subquery()
    )
    return select(*one.c, func.count().label("number")).group_by(*one.c)


def talk_statement(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Count by unit who waits for an answer, and whose call for help nobody has read to its end."""
    last = and_(_message.c.tip_id == _tip.c.id, _message.c.number == _tip.c.talk_length)
    is_danger = _tip.c.danger_on.is_not(None)
    is_waiting = func.coalesce(_message.c.direction == Direction.REPORTER, False)
    is_behind = func.coalesce(_opening.c.upto < _tip.c.talk_length, False)
    is_unread = or_(_opening.c.upto.is_(None), and_(is_waiting, is_behind))
    ours = _tip.c.is_open == true(), _tip.c.machine_unit.is_(None)
    return (
        select(
            _tip.c.unit_id,
            _number(is_waiting).label("waiting"),
            _number(is_danger, is_unread).label("unread"),
        )
        .outerjoin_from(_tip, _message, last)
        .outerjoin(_opening, _opening.c.tip_id == _tip.c.id)
        .where(*ours, or_(_tip.c.talk_length > 0, is_danger), *where)
        .group_by(_tip.c.unit_id)
    )


def _apart_statement(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (
        func.count().label("number"),
        _number(_tip.c.lane_rank.in_(_CALLING)).label("calling"),
    )
    apart = _tip.c.machine_unit.is_not(None), _tip.c.is_open == true()
    return select(_tip.c.unit_id, *columns).where(*apart, *where).group_by(_tip.c.unit_id)


def _number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*conditions), 1), else_=0))


def _age(today: date) -> ColumnElement[str]:
    came = _tip.c.received_on
    steps = [(came >= today - timedelta(days=most), literal(name)) for most, name in AGES]
    return case(*steps, else_=literal(OLDEST))


def _due(today: date) -> ColumnElement[str]:
    ends = _tip.c.due_on
    return case(
        (or_(ends.is_(None), _tip.c.due_rule.is_(None)), literal(Due.NONE.value)),
        (ends < today, literal(Due.PAST.value)),
        (ends <= today + timedelta(days=SOON_DAYS), literal(Due.SOON.value)),
        else_=literal(Due.LATER.value),
    )
