"""Reads the audit log for its pages: newest first, from a number on, narrowed to what is wanted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..audit.log import now
from ..audit.macs import AuditLine
from ..db import SHANGHAI
from ..models import (
    AuditEvent,
    DutyShift,
    Member,
)
from .marks import (
    LOOK_BACK,
    Around,
    marks_of,
)
from .words import FAILED

PAGE: Final = 50
SCAN: Final = 1_000
"""Lines that are looked through at one time for marked ones."""
_PAST: Final = 2_000
"""Earlier lines of one member that the rules get at most."""
_WATCHED: Final = ("opened", "transfer_read", "refused", "not_there")
_COLUMNS: Final = (
    AuditEvent.number,
    AuditEvent.at,
    AuditEvent.act,
    AuditEvent.by,
    AuditEvent.unit_id,
    AuditEvent.reference,
    AuditEvent.detail,
)


@dataclass(frozen=True)
class Wanted:
    """What the log is narrowed to; as it stands, all of it."""

    by: str = ""
    act: str = ""
    reference: str = ""
    unit_id: str = ""
    first: date | None = None
    last: date | None = None
    kind: str = ""
    """`failed`: what did not go through; `marked`: what deserves a look."""
    before: int | None = None
    """Only lines of a smaller number: where the page before ended."""


@dataclass(frozen=True)
class Marked:
    """A line with the reasons for which it deserves a look."""

    line: AuditLine
    marks: list[str]


@dataclass(frozen=True)
class LogPage:
    rows: list[Marked]
    next: int | None
    """The number before which the next page goes on."""


def read_page(session: Session, wanted: Wanted) -> LogPage:
    """Read one page of the log with its marks."""
    if wanted.kind == "marked":
        return _read_marked(session, wanted)
    found = session.execute(page_statement(session, wanted)).all()
    lines = found[:PAGE]
    return LogPage(mark(session, lines), lines[-1].number if len(found) > PAGE else None)


def page_statement(session: Session, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Build the query of one page, with the first line of the next one."""
    return _statement(session, wanted).limit(PAGE + 1)


def read_all(session: Session, wanted: Wanted, most: int) -> list[Any]:
    """Read the lines for an export, one more than `most` where there are more."""
    if wanted.kind == "marked":
        wanted = replace(wanted, kind="")
    return list(session.execute(_statement(session, wanted).limit(most + 1)).all())


def last_line(session: Session, act: str) -> Any | None:
    """Find the newest line of an act."""
    query = select(*_COLUMNS).where(AuditEvent.act == act)
    return session.execute(query.order_by(AuditEvent.number.desc()).limit(1)).first()


def last_number(session: Session) -> int:
    query = select(AuditEvent.number).order_by(AuditEvent.number.desc()).limit(1)
    return session.scalar(query) or 0


def _read_marked(session: Session, wanted: Wanted) -> LogPage:
    """Look through the next lines for marked ones; goes on from where it stopped."""
    lines = session.execute(_statement(session, wanted).limit(SCAN)).all()
    found = [row for row in mark(session, lines) if row.marks]
    if len(found) > PAGE:
        return LogPage(found[:PAGE], found[PAGE - 1].line.number)
    return LogPage(found, lines[-1].number if len(lines) == SCAN else None)


def _statement(session: Session, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(*_COLUMNS).order_by(AuditEvent.number.desc())
    equal = {
        AuditEvent.by: wanted.by,
        AuditEvent.act: wanted.act,
        AuditEvent.reference: wanted.reference,
        AuditEvent.unit_id: wanted.unit_id,
    }
    for column, value in equal.items():
        if value:
            statement = statement.where(column == value)
    if wanted.kind == "failed":
        statement = statement.where(AuditEvent.act.in_(list(FAILED)))
    if wanted.before is not None:
        statement = statement.where(AuditEvent.number < wanted.before)
    return _within_days(session, statement, wanted)


def _within_days(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: Wanted
) -> Select[*tuple[Any, ...]]:
    """Narrow to days. The numbers that they begin and end with let the index jump there."""
    at, number = AuditEvent.at, AuditEvent.number
    if wanted.first is not None:
        start = _midnight(wanted.first)
        query = select(number).where(at >= start).order_by(at, number).limit(1)
        least = session.scalar(query)
        statement = statement.where(at >= start, number >= (least or 0))
    if wanted.last is not None:
        end = _midnight(wanted.last + timedelta(days=1))
        query = select(number).where(at < end).order_by(at.desc(), number.desc()).limit(1)
        most = session.scalar(query)
        statement = statement.where(at < end, number <= (most or 0))
    return statement


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), SHANGHAI).timestamp())


def mark(session: Session, lines: Sequence[Any]) -> list[Marked]:
    """Set beside each line the reasons for which it deserves a look."""
    if not lines:
        return []
    past = _past_of(session, lines)
    around = Around(
        _duty_around(session, lines), _moves_of(session, lines), _resealed(session, lines), now()
    )
    return [Marked(line, marks_of(line, past[line.by], around)) for line in lines]


def _past_of(session: Session, lines: Sequence[Any]) -> dict[str, list[Any]]:
    """Read what each member on the page did before: what the rules look at, and no more."""
    newest, oldest = lines[0].number, lines[-1].at - LOOK_BACK
    past: dict[str, list[Any]] = defaultdict(list)
    for name in {line.by for line in lines if line.act in _WATCHED}:
        query = (
            select(*_COLUMNS)
            .where(AuditEvent.by == name, AuditEvent.number <= newest, AuditEvent.at > oldest)
            .where(AuditEvent.act.in_(_WATCHED))
            .order_by(AuditEvent.number.desc())
            .limit(_PAST)
        )
        past[name] = list(session.execute(query).all())[::-1]
    return past


def _duty_around(session: Session, lines: Sequence[Any]) -> frozenset[tuple[str, date]]:
    first, last = _day(lines[-1]) - timedelta(days=1), _day(lines[0])
    query = (
        select(Member.name, DutyShift.day)
        .join(Member, Member.id == DutyShift.member_id)
        .where(DutyShift.day >= first, DutyShift.day <= last)
    )
    return frozenset((name, day) for name, day in session.execute(query))


def _moves_of(
    session: Session, lines: Iterable[Any]
) -> Mapping[str | None, Sequence[tuple[int, str]]]:
    """Read when the tips that were opened came to stand where."""
    opened = {line.reference for line in lines if line.act == "opened" and line.reference}
    query = (
        select(AuditEvent.reference, AuditEvent.number, AuditEvent.detail)
        .where(AuditEvent.reference.in_(opened), AuditEvent.act == "acted")
        .order_by(AuditEvent.number)
    )
    moves: dict[str | None, list[tuple[int, str]]] = defaultdict(list)
    for reference, number, detail in session.execute(query) if opened else ():
        moves[reference].append((number, detail.rpartition(" ")[2]))
    return moves


_SETTLED: Final = ("resealed", "reseal_checked", "reseal_doubted", "reseal_restored")
"""How it ends when a tip is taken out to be sealed anew, or to be compared with what it was."""


def _resealed(session: Session, lines: Iterable[Any]) -> Mapping[str | None, Sequence[int]]:
    """Read when the tips that were taken out for a new lock came back under it."""
    taken = {line.reference for line in lines if line.act == "reseal_read" and line.reference}
    query = select(AuditEvent.reference, AuditEvent.at).where(
        AuditEvent.reference.in_(taken), AuditEvent.act.in_(_SETTLED)
    )
    found: dict[str | None, list[int]] = defaultdict(list)
    for reference, at in session.execute(query) if taken else ():
        found[reference].append(at)
    return found


def _day(line: Any) -> date:
    return datetime.fromtimestamp(line.at, SHANGHAI).date()
