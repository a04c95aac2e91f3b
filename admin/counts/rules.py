"""Which totals may be shown: pure rules, so that no small number shows by itself or by subtraction.

Months that are over, one column each for what happened; no unit, no category, no place, no name.
A number below `LEAST` is hidden, and looks the same whether it was 0 or 9. A year's total is shown
only when the year is over, and only where it tells no hidden month: a month that was once shown is
never hidden later, for who kept the older page would subtract it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

LEAST: Final = 10


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


def months_over(first: Month, today: date, most: int) -> list[Month]:
    """List the whole months from `first` to the last one that is over, `most` of them at most."""
    found: list[Month] = []
    month = first
    while month < Month.of(today):
        found.append(month)
        month = month.next()
    return found[-most:]


def shown(count: int) -> int | None:
    """Give a count that may be shown, None for one that is too small."""
    return count if count >= LEAST else None


def total_shown(counts: Sequence[int], folded: int = 0) -> int | None:
    """Give the total of cells that were each shown or hidden by `shown`, where it tells none.

    What is left when the shown cells are subtracted must be shared by two hidden ones at least,
    and be no small number itself. `folded` is what hidden ones were folded into: `folding`.
    """
    hidden = [count for count in counts if shown(count) is None]
    if hidden and (len(hidden) < 2 or sum(hidden) + folded < LEAST):
        return None
    return shown(sum(counts) + folded)


def rounded(count: int) -> int | None:
    """Give a count that grows from day to day in whole tens: one more never shows."""
    return count // LEAST * LEAST or None


@dataclass(frozen=True)
class TotalsRow:
    """One line of the table: a month, or a year that is over."""

    title: str
    cells: list[int | None]
    is_year: bool = False


@dataclass(frozen=True)
class Column:
    """What is shown of one thing that happens."""

    months: Mapping[Month, int]
    folded: Mapping[int, int]
    """Of a year long over: the sum of its months that were too small to keep."""


def table(columns: Sequence[Column], months: Sequence[Month], today: date) -> list[TotalsRow]:
    """Make the table, newest first: each year that is over stands above its months."""
    rows: list[TotalsRow] = []
    for year in sorted({month.year for month in months}, reverse=True):
        inside = [month for month in months if month.year == year]
        counts = [[column.months.get(month, 0) for month in inside] for column in columns]
        if year < today.year and len(inside) == 12:
            totals = [
                total_shown(cells, column.folded.get(year, 0))
                for cells, column in zip(counts, columns, strict=True)
            ]
            rows.append(TotalsRow(str(year), totals, is_year=True))
        for place in reversed(range(len(inside))):
            rows.append(TotalsRow(str(inside[place]), [shown(cells[place]) for cells in counts]))
    return rows
