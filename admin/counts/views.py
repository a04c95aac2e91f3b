"""The counter's page: totals of whole months; nothing leads to a tip, a unit or a person.

They are sums of what was counted when it happened: no tip is read for them, and none that was
deleted is missing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from ..access.permissions import Act, may
from ..db import db, today
from ..tip.counted import Family
from .reading import Key, read_numbers
from .rules import (
    LEAST,
    Column,
    Month,
    months_over,
    rounded,
    table,
)

bp = Blueprint("counts", __name__, url_prefix="/desk/counts")

COLUMNS: Final[dict[Family, Any]] = {
    Family.RECEIVED: _l("收到"),
    Family.ACCEPTED: _l("受理"),
    Family.REFERRED: _l("转办"),
    Family.CLOSED: _l("办结"),
}
MONTHS: Final = 36


@bp.get("/")
@may(Act.COUNTS)
def show_counts() -> str:
    """Show the totals; the practice units' tips are in none of them."""
    numbers = read_numbers(db.reading)
    columns = read_columns(numbers)
    known = sorted(month for column in columns for month in column.months)
    # From the January on: to begin with the first tip's month would tell that it had one.
    months = months_over(Month(known[0].year, 1), today(), MONTHS) if known else []
    return render_template(
        "counts/counts.html",
        columns=COLUMNS.values(),
        rows=table(columns, months, today()),
        out_of_scope=rounded(count_out_of_scope(numbers)),
        least=LEAST,
    )


def read_columns(numbers: Mapping[Key, int]) -> list[Column]:
    """Sum up by month: what came in, and how many tips first came to stand where."""
    return [_column(numbers, family) for family in COLUMNS]


def _column(numbers: Mapping[Key, int], family: Family) -> Column:
    months: Counter[Month] = Counter()
    years: Counter[int] = Counter()
    for (period, of, _part, _unit), count in numbers.items():
        year, _dash, month = period.partition("-")
        if of is family and month:
            months[Month(int(year), int(month))] += count
        elif of is family and year.isdigit():
            years[int(year)] += count
    return Column(months, years)


def count_out_of_scope(numbers: Mapping[Key, int]) -> int:
    """Count tips that ever were out of scope: one number for all time, never by kind or month."""
    return sum(count for key, count in numbers.items() if key[1] is Family.OUT_OF_SCOPE)
