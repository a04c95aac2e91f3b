"""What a number may count: a measure, a period and a group, and nothing finer.

Pure. A period is a month (2026-11), a quarter (2026-Q4) or a year (2026). A group is `all`, or the
id of a kind of unit to which the cover says a tip was routed. There is no village, no township, no
grid, no person and no word here, and no other field in which one could stand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

ALL: Final = "all"
_PERIOD: Final = re.compile(r"20\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?")
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

Monthly = frozenset[tuple[str, str]]
"""The measures and quarters that are told by month."""


class BadCell(ValueError):
    """What was asked for is no cell: its measure, period or group is none."""


@dataclass(frozen=True, order=True, slots=True)
class Cell:
    """One number: how often `measure` happened in `period`, in `group` or in `all`."""

    measure: str
    period: str
    group: str

    def __post_init__(self) -> None:
        fits = _ID.fullmatch(self.measure) and _ID.fullmatch(self.group)
        if not fits or not _PERIOD.fullmatch(self.period):
            raise BadCell

    def __str__(self) -> str:
        return f"{self.measure} {self.period} {self.group}"


@dataclass(frozen=True, slots=True)
class Sum:
    """The parts make the total."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class Shape:
    """Which cells there are: known to everybody, as the data dictionary says it.

    `measures` tells of each whether it is counted by group; `groups` names, for each quarter since
    the first, the groups that there were in it; `parts` gives each way in which other measures make
    one, leaving nothing out, in `all`. Measures of `quarterly` have no months, those of `yearly` no
    quarters either.
    """

    measures: Mapping[str, bool]
    groups: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    quarterly: frozenset[str] = frozenset()
    yearly: frozenset[str] = frozenset()

    @property
    def quarters(self) -> tuple[str, ...]:
        return tuple(sorted(self.groups))

    @property
    def years(self) -> tuple[str, ...]:
        """Name the years whose last quarter is here; the first may have begun late."""
        return tuple(year_of(quarter) for quarter in self.quarters if quarter.endswith("Q4"))

    def periods(self, measure: str, monthly: Monthly = frozenset()) -> tuple[str, ...]:
        """Name the periods of a measure; months only of the (measure, quarter) in `monthly`."""
        if measure in self.yearly:
            # Of a year that began late, more may have been counted than of the quarters told.
            return tuple(year for year in self.years if f"{year}-Q1" in self.groups)
        months = (
            month
            for quarter in self.quarters
            if (measure, quarter) in monthly and measure not in self.quarterly
            for month in parts_of(quarter)
        )
        return (*months, *self.quarters, *self.years)

    def families(self) -> tuple[tuple[str, ...], ...]:
        """Name the measures that hang together by sums; one that stands alone is its own."""
        found: list[set[str]] = []
        for measure in self.measures:
            kin = {measure}.union(*self.parts.get(measure, ()))
            joined = [family for family in found if family & kin]
            found = [family for family in found if not family & kin]
            found.append(kin.union(*joined))
        return tuple(tuple(sorted(family)) for family in found)

    def groups_in(self, period: str) -> tuple[str, ...]:
        """Name the groups that there were at any time of a period."""
        inside = quarters_of(period)
        return tuple(sorted({group for one in inside for group in self.groups.get(one, ())}))

    def columns(self, measure: str, period: str) -> tuple[str, ...]:
        """Name the groups by which a measure is counted in a period, and `all`."""
        groups = self.groups_in(period) if self.measures[measure] else ()
        return (*groups, ALL)

    def cells(self, measure: str, period: str) -> tuple[Cell, ...]:
        return tuple(Cell(measure, period, group) for group in self.columns(measure, period))


def sums(shape: Shape, monthly: Monthly = frozenset()) -> Iterator[Sum]:
    """Give every sum that holds; months only of the (measure, quarter) in `monthly`.

    Where one of a family of measures is told by month, all of that family belong in `monthly`.
    """
    for measure in shape.measures:
        for period in shape.periods(measure, monthly):
            yield from _across_groups(shape, measure, period)
            yield from _across_measures(shape, measure, period, monthly)
            yield from _across_time(shape, measure, period, monthly)


def _across_groups(shape: Shape, measure: str, period: str) -> Iterator[Sum]:
    parts = tuple(Cell(measure, period, group) for group in shape.columns(measure, period)[:-1])
    if parts:
        yield Sum(Cell(measure, period, ALL), parts)


def _across_measures(shape: Shape, measure: str, period: str, monthly: Monthly) -> Iterator[Sum]:
    for way in shape.parts.get(measure, ()):
        if all(period in shape.periods(part, monthly) for part in way):
            yield Sum(Cell(measure, period, ALL), tuple(Cell(part, period, ALL) for part in way))


def _across_time(shape: Shape, measure: str, period: str, monthly: Monthly) -> Iterator[Sum]:
    inside = [part for part in parts_of(period) if part in shape.periods(measure, monthly)]
    for group in shape.columns(measure, period) if inside else ():
        parts = (Cell(measure, part, group) for part in inside)
        here = tuple(cell for cell in parts if group in shape.columns(measure, cell.period))
        yield Sum(Cell(measure, period, group), here)


def month_of(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def year_of(period: str) -> str:
    return period[:4]


def quarter_of(period: str) -> str:
    """Name the quarter of a month; a quarter is its own."""
    if "Q" in period:
        return period
    return f"{period[:4]}-Q{(int(period[5:]) + 2) // 3}"


def parts_of(period: str) -> tuple[str, ...]:
    """Name the quarters of a year, or the months of a quarter; a month has no parts."""
    if len(period) == 4:
        return tuple(f"{period}-Q{number}" for number in range(1, 5))
    if "Q" in period:
        last = 3 * int(period[-1])
        return tuple(f"{period[:4]}-{month:02}" for month in range(last - 2, last + 1))
    return ()


def quarters_of(period: str) -> tuple[str, ...]:
    """Name the quarters in which a period lies, or of which it is made."""
    return parts_of(period) if len(period) == 4 else (quarter_of(period),)


def next_quarter(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[-1])
    return f"{year + number // 4}-Q{number % 4 + 1}"


def is_month(period: str) -> bool:
    return len(period) == 7 and "Q" not in period


def last_day(period: str) -> date:
    """Give the day with which a period is over."""
    year = int(period[:4])
    month = {4: 12}.get(len(period)) or (3 * int(period[-1]) if "Q" in period else int(period[5:]))
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
