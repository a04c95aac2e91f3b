"""The counts as they stood when their quarter was first published.

All numbers ever published are made of these, so that they agree with each other for good. A count
that is mended afterwards changes none of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from ..cells import ALL, Cell, Shape, is_month, parts_of, quarter_of, quarters_of, year_of


@dataclass(frozen=True)
class Book:
    """True counts of quarters that are closed, each in the finest periods and groups that it has.

    Quarters of a year may be left out again once that year was published: nothing is then said of
    it any more.
    """

    quarters: frozenset[str] = frozenset()
    counts: Mapping[Cell, int] = field(default_factory=dict)
    torn: frozenset[tuple[str, str]] = frozenset()
    """Measures and quarters, closed just now, of which the parts do not make the whole."""


def close(book: Book, counted: Mapping[Cell, int], shape: Shape, quarters: Iterable[str]) -> Book:
    """Close further quarters with what is counted now; what is closed stays as it is.

    Of a family of which some parts do not make their whole, the quarter is torn.
    """
    new = frozenset(quarters) - book.quarters
    ends = new | {year_of(quarter) for quarter in new if quarter.endswith("Q4")}
    taken = {cell: count for cell, count in counted.items() if _closes(cell.period, ends)}
    whole = Book(book.quarters | new, {**book.counts, **taken})
    torn = {
        (measure, quarter)
        for family, quarter in product(shape.families(), sorted(new))
        if not all(_adds_up(whole, shape, measure, quarter) for measure in family)
        for measure in family
    }
    # What goes to no number is not kept either.
    sound = {c: n for c, n in whole.counts.items() if not _is_of(c, torn)}
    return Book(whole.quarters, sound, frozenset(torn))


def _adds_up(book: Book, shape: Shape, measure: str, quarter: str) -> bool:
    whole = count_of(book, shape, Cell(measure, quarter, ALL))
    return all(
        whole == sum(count_of(book, shape, Cell(part, quarter, ALL)) for part in way)
        for way in shape.parts.get(measure, ())
    )


def _is_of(cell: Cell, torn: Collection[tuple[str, str]]) -> bool:
    return len(cell.period) > 4 and (cell.measure, quarter_of(cell.period)) in torn


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
