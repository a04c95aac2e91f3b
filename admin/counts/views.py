"""The counter's page: totals of whole months; nothing leads to a tip, a unit or a person.

The totals are read from all tips and all decisions, which takes seconds where there are a million.
The page is asked for a few times a year, so no index that each new tip would pay for speeds it up;
instead each process keeps what it read for an hour of the same day.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Final

from flask import Blueprint, current_app, render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ..access.permissions import Act, may
from ..app_state import app_state
from ..db import db, today
from ..models import Decision, Tip
from ..tip.status import TipStatus
from .rules import (
    LEAST,
    Month,
    months_over,
    rounded,
    table,
)

bp = Blueprint("counts", __name__, url_prefix="/desk/counts")

COLUMNS: Final[tuple[Any, ...]] = (_l("收到"), _l("受理"), _l("转办"), _l("办结"))
MOVES: Final = (TipStatus.ACCEPTED, TipStatus.REFERRED, TipStatus.CLOSED)
MONTHS: Final = 36
KEPT_SECONDS: Final = 3_600
KEPT: Final = "dengshao.totals"


@dataclass(frozen=True)
class Totals:
    columns: list[Counter[Month]]
    out_of_scope: int


class KeptTotals:
    """The totals as they were read last, for one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._totals: Totals | None = None
        self._read = (date.min, 0.0)

    def get(self, read: Callable[[], Totals]) -> Totals:
        """Give the totals, read by `read` where they are older than an hour or of another day.

        On a new day a month may be over: it must not be shown as it stood an hour before its end.
        Who asks meanwhile waits for the one reading.
        """
        with self._lock:
            day, at = self._read
            now = time.monotonic()
            if self._totals is None or day != today() or now - at >= KEPT_SECONDS:
                self._totals, self._read = read(), (today(), now)
            return self._totals


@bp.get("/")
@may(Act.COUNTS)
def show_counts() -> str:
    """Show the totals; the practice units' tips are in none of them."""
    practice = {unit.id for unit in app_state().district.units.values() if unit.practice}
    kept: KeptTotals = current_app.extensions[KEPT]
    totals = kept.get(lambda: read_totals(db.reading, practice))
    known = sorted(month for column in totals.columns for month in column)
    # From the January on: to begin with the first tip's month would tell that it had one.
    months = months_over(Month(known[0].year, 1), today(), MONTHS) if known else []
    return render_template(
        "counts/counts.html",
        columns=COLUMNS,
        rows=table(totals.columns, months, today()),
        out_of_scope=rounded(totals.out_of_scope),
        least=LEAST,
    )


def read_totals(session: Session, practice: Collection[str]) -> Totals:
    return Totals(read_columns(session, practice), count_out_of_scope(session, practice))


def read_columns(session: Session, practice: Collection[str]) -> list[Counter[Month]]:
    """Count by month: what came in, and how many tips first came to stand where."""
    moved = [_by_month(_first_moves(session, practice, status)) for status in MOVES]
    return [_by_month(_received(session, practice)), *moved]


def count_out_of_scope(session: Session, practice: Collection[str]) -> int:
    """Count tips that ever were out of scope: one number for all time, never by kind or month."""
    query = (
        select(func.count(Decision.tip_id.distinct()))
        .join(Tip, Tip.id == Decision.tip_id)
        .where(Decision.new == TipStatus.OUT_OF_SCOPE, _counts(practice))
    )
    return session.scalar(query) or 0


def _received(session: Session, practice: Collection[str]) -> list[tuple[date, int]]:
    # Without the machine lane. Reads the table: no index holds the units and days of all tips.
    query = (
        select(Tip.received_on, func.count())
        .where(Tip.machine_unit.is_(None), _counts(practice))
        .group_by(Tip.received_on)
    )
    return [(day, count) for day, count in session.execute(query)]


def _first_moves(
    session: Session, practice: Collection[str], status: TipStatus
) -> list[tuple[date, int]]:
    query = first_moves_statement(practice, status)
    return [(day, count) for day, count in session.execute(query)]


def first_moves_statement(practice: Collection[str], status: TipStatus) -> Select[date, int]:
    """Build the count by day of the tips that first came to stand so: its index holds them."""
    first = (
        select(func.min(Decision.decided_on).label("day"))
        .join(Tip, Tip.id == Decision.tip_id)
        .where(Decision.new == status, Decision.old != status, _counts(practice))
        .group_by(Decision.tip_id)
        .subquery()
    )
    return select(first.c.day, func.count()).group_by(first.c.day)


def _counts(practice: Collection[str]) -> ColumnElement[bool]:
    return Tip.unit_id.not_in(sorted(practice))


def _by_month(days: Collection[tuple[date, int]]) -> Counter[Month]:
    months: Counter[Month] = Counter()
    for day, count in days:
        months[Month.of(day)] += count
    return months
