"""The counts as they stood when their quarter was first published.

All numbers ever published are made of these, so that they agree with each other for good. A count
that is mended afterwards changes none of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from ..cells import ALL, Cell, Shape, is_month, parts_of, quarter_of, quarters_of, year_of


class CountsDisagree(Exception):
    """The parts of a measure do not make it; the message names measure and quarter, no number."""


@dataclass(frozen=True)
class Book:
    """True counts of quarters that are closed, each in the finest periods and groups that it has.

    Quarters of a year may be left out again once that year was published: nothing is then said of
    it any more.
    """

    quarters: frozenset[str] = frozenset()
    counts: Mapping[Cell, int] = field(default_factory=dict)


def close(book: Book, counted: Mapping[Cell, int], shape: Shape, quarters: Iterable[str]) -> Book:
    """Close further quarters with what is counted now; what is closed stays as it is.

    Raises `CountsDisagree`.
    """
    new = frozenset(quarters) - book.quarters
    ends = new | {year_of(quarter) for quarter in new if quarter.endswith("Q4")}
    taken = {cell: count for cell, count in counted.items() if _closes(cell.period, ends)}
    closed = Book(book.quarters | new, {**book.counts, **taken})
    for measure, ways in shape.parts.items():
        for quarter, way in product(sorted(new), ways):
            inside = sum(count_of(closed, shape, Cell(part, quarter, ALL)) for part in way)
            if inside != count_of(closed, shape, Cell(measure, quarter, ALL)):
                raise CountsDisagree(f"{measure} {quarter}")
    return closed


def _closes(period: str, ends: frozenset[str]) -> bool:
    return (period if len(period) == 4 else quarter_of(period)) in ends


def count_of(book: Book, shape: Shape, cell: Cell) -> int:
    """Add up the true count of any cell."""
    by_group = shape.measures[cell.measure] and cell.group == ALL
    groups = shape.columns(cell.measure, cell.period)[:-1] if by_group else (cell.group,)
    return sum(
        book.counts.get(Cell(cell.measure, period, group), 0)
        for period in _finest(shape, cell)
        for group in groups
    )


def _finest(shape: Shape, cell: Cell) -> Iterator[str]:
    """Name the periods in which a measure is counted that lie in the cell's."""
    if is_month(cell.period) or cell.measure in shape.yearly:
        yield cell.period
        return
    for quarter in quarters_of(cell.period):
        yield from (quarter,) if cell.measure in shape.quarterly else parts_of(quarter)
