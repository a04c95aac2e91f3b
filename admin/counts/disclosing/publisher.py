"""The next publication: what is due, less what is small, less what would betray what is small.

What protects a small number is found by asking the auditor: as long as it can narrow one, one of
the new numbers by which it did so is withheld too. In which order is a rule that looks at no true
count, so that nobody learns one from seeing which number was chosen. Where nothing new is left to
withhold and the auditor still finds something, nothing is published.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import product

from ..cells import (
    ALL,
    Cell,
    Shape,
    is_month,
    parts_of,
    quarter_of,
    quarters_of,
    sums,
    year_of,
)
from ..narrowing.audit import Audit, audit
from ..narrowing.findings import Finding, say
from ..narrowing.ranges import FAR
from .book import Book, count_of
from .numbers import LEAST, MEDIAN_LEAST, Publication, Why, rounded

Look = Callable[[Publication], Audit]


class PublicationStopped(Exception):
    """The auditor narrows a withheld number whatever is left out; the message says by what."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(say(finding) for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Median:
    """Days from one step to another, and the count of those that it stands for."""

    cell: Cell
    counted: Cell
    bucket: str


def next_publication(
    shape: Shape,
    book: Book,
    before: Sequence[Publication],
    day: date,
    *,
    medians: Iterable[Median] = (),
    tried: list[Audit] | None = None,
) -> Publication:
    """Make the publication of a day from the closed quarters that were in none before.

    To `tried` each audit is added. Raises `PublicationStopped`.
    """
    tried = [] if tried is None else tried
    new = tuple(_new_cells(shape, book, before))
    months = tuple(_months(shape, book, before))
    count = partial(_count, book, shape, _said(shape, book, before))

    def look(draft: Publication) -> Audit:
        tried.append(audit([*before, draft], shape, count, touched=new, first_only=True))
        return tried[-1]

    older = {cell for one in before for cell in one.shown}
    candidate = _without_small({cell: count(cell) for cell in (*new, *months)}, day)
    settled = _settled(candidate, older, shape, look)
    whole = replace(settled, medians=_medians(settled, medians))
    tried.append(audit([*before, whole], shape, count, touched=_in_book(shape, book)))
    if findings := tried[-1].findings:
        raise PublicationStopped(findings)
    return whole


def _count(book: Book, shape: Shape, said: Set[tuple[str, str]], cell: Cell) -> int:
    """Count a cell; one of which a quarter is in no book or number is not known to be small."""
    ends = parts_of(cell.period)[-1:] if cell.measure in shape.yearly else quarters_of(cell.period)
    is_there = book.quarters.issuperset(set(ends) & set(shape.quarters))
    known = is_there and _is_whole(cell.measure, cell.period, said, shape)
    return count_of(book, shape, cell) if known else FAR


def _said(shape: Shape, book: Book, before: Sequence[Publication]) -> set[tuple[str, str]]:
    """Name the measures and quarters of which something was told, or is to be told now."""
    told = {(cell.measure, cell.period) for one in before for cell in one.numbers()}
    return told | set(product(shape.measures, book.quarters - _told(before))) - book.torn


def _in_book(shape: Shape, book: Book) -> Iterator[Cell]:
    """Name a cell of each year and family that are still in the book: all of it is looked at."""
    for quarter in book.quarters:
        for measure in set(shape.measures) - shape.yearly:
            yield Cell(measure, quarter, ALL)
        if quarter.endswith("Q4"):
            yield from (Cell(measure, year_of(quarter), ALL) for measure in shape.yearly)


def _new_cells(shape: Shape, book: Book, before: Sequence[Publication]) -> Iterator[Cell]:
    """Name the cells of quarters of which nothing was said before, and of the years they end."""
    new = sorted(book.quarters - _told(before))
    # Of a year of which a quarter is not in the book any more, the sum is not known.
    years = [
        year_of(quarter)
        for quarter in new
        if quarter.endswith("Q4")
        and book.quarters.issuperset(set(parts_of(year_of(quarter))) & set(shape.quarters))
    ]
    said = _said(shape, book, before)
    for measure in shape.measures:
        for period in (*new, *years):
            if period in shape.periods(measure) and _is_whole(measure, period, said, shape):
                yield from shape.cells(measure, period)


def _is_whole(measure: str, period: str, said: Set[tuple[str, str]], shape: Shape) -> bool:
    """Tell whether a quarter is not torn; of a year, whether each of its quarters was told of."""
    if measure in shape.yearly:
        return True
    inside = set(quarters_of(period)) & set(shape.quarters)
    return said >= set(product([measure], inside))


def _told(before: Sequence[Publication]) -> set[str]:
    return {cell.period for publication in before for cell in publication.numbers()}


def _months(shape: Shape, book: Book, before: Sequence[Publication]) -> Iterator[Cell]:
    """Name the months of new quarters in which no number of the whole family is small.

    All three or none: a month that stood alone without a number would show by subtraction.
    """
    for family in shape.families():
        for quarter in sorted(book.quarters - _told(before)):
            cells = [
                cell
                for month in parts_of(quarter)
                for measure in family
                if measure not in shape.quarterly
                for cell in shape.cells(measure, month)
            ]
            if not shape.yearly.issuperset(family) and all(
                count_of(book, shape, cell) >= LEAST for cell in cells
            ):
                yield from cells


def _without_small(counts: Mapping[Cell, int], day: date) -> Publication:
    shown = {cell: rounded(count) for cell, count in counts.items() if count >= LEAST}
    small = dict.fromkeys((cell for cell in counts if cell not in shown), Why.SMALL)
    return Publication(day, shown, small)


def _settled(draft: Publication, older: Set[Cell], shape: Shape, look: Look) -> Publication:
    """Withhold more until nothing is found. Raises `PublicationStopped`."""
    while findings := look(draft).findings:
        draft = _less(draft, older, findings[0], shape)
    return draft


def _less(draft: Publication, older: Set[Cell], finding: Finding, shape: Shape) -> Publication:
    """Withhold one number, since what protects one often protects others; or a whole block."""
    known = older | set(draft.shown)
    new = [said.cell for said in finding.by if said.cell in draft.shown]
    for cell in sorted(new, key=lambda cell: _rank(cell, shape)):
        if not _follows(cell, known, shape):
            return _withhold(draft, cell)
    family = next(one for one in shape.families() if finding.cells[0].measure in one)
    left = _without_block(draft, family)
    if left == draft:
        raise PublicationStopped([finding])
    return left


def _follows(cell: Cell, known: Set[Cell], shape: Shape) -> bool:
    """Tell whether a number follows closely from one or two others that are shown."""
    for one in sums(shape):
        terms = {one.total, *one.parts}
        if cell in terms and len(terms) <= 3 and terms <= known:
            return True
    return False


def _without_block(draft: Publication, family: tuple[str, ...]) -> Publication:
    """Leave out a family's year as if there were none, or else all that is new of it.

    Left out, not named as withheld: a total that is known to protect would be known to be large.
    """
    inside = {cell for cell in draft.numbers() if cell.measure in family}
    out = {cell for cell in inside if len(cell.period) == 4} or inside
    shown = {cell: value for cell, value in draft.shown.items() if cell not in out}
    withheld = {cell: why for cell, why in draft.withheld.items() if cell not in out}
    return replace(draft, shown=shown, withheld=withheld)


def _rank(cell: Cell, shape: Shape) -> tuple[int, int, Cell]:
    """Say what goes first: months, years by group, quarters by group, parts, then totals."""
    if is_month(cell.period):
        return (0, 0, cell)
    total = cell.group == ALL
    return (1 + total + (total and cell.measure in shape.parts), len(cell.period), cell)


def _withhold(draft: Publication, cell: Cell) -> Publication:
    """Withhold a number; of months, all of that quarter are left out, as if there were none."""
    if is_month(cell.period):
        left = {
            one: value
            for one, value in draft.shown.items()
            if not (is_month(one.period) and quarter_of(one.period) == quarter_of(cell.period))
        }
        return replace(draft, shown=left)
    shown = {one: value for one, value in draft.shown.items() if one != cell}
    return replace(draft, shown=shown, withheld={**draft.withheld, cell: Why.PROTECTS})


def _medians(settled: Publication, medians: Iterable[Median]) -> dict[Cell, str]:
    """Keep those that tell nothing: of all groups together, not by month, beside a large count.

    Whether one is told depends on the count as it is shown, so that it adds nothing to it.
    """
    return {
        median.cell: median.bucket
        for median in medians
        if median.cell.group == ALL
        and not is_month(median.cell.period)
        and settled.shown.get(median.counted, 0) >= MEDIAN_LEAST
    }
