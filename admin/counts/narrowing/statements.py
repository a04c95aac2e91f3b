"""All that was ever published about one family of measures in one year, and the sums around it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..cells import Cell, Monthly, Shape, Sum, is_month, quarter_of, sums, year_of
from ..disclosing.numbers import LEAST, STEP, Publication, interval
from .findings import Finding, Kind, Said
from .ranges import Bounds, Net


@dataclass(frozen=True)
class Statements:
    """`net` holds every cell that there is, `said` what was told of some."""

    net: Net
    sums: tuple[Sum, ...]
    said: Mapping[Cell, Said]
    named: tuple[Cell, ...]
    """Those of which a publication said that they are withheld."""

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Give the parts of every sum: which could be taken together."""
        return tuple(one.parts for one in self.sums)

    @cached_property
    def totals(self) -> frozenset[Cell]:
        """Name the cells of which others are parts."""
        return frozenset(one.total for one in self.sums)

    def leaves_of(self, cells: Iterable[Cell]) -> frozenset[Cell]:
        """Name all that is counted in some cells, down to what has no parts."""
        found: set[Cell] = set()
        left = list(cells)
        while left:
            cell = left.pop()
            inside = [part for one in self.sums if one.total == cell for part in one.parts]
            left += inside
            found |= set() if inside else {cell}
        return frozenset(found)

    @property
    def withheld(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.net.cells if cell not in self.said)

    def bounds(self, cell: Cell) -> Bounds | None:
        found = self.said.get(cell)
        return interval(found.value) if found else None


def statements(publications: Sequence[Publication], shape: Shape) -> Iterator[Statements]:
    """Part what was published into what hangs together: families of measures, year by year."""
    said = first_said(publications)
    hidden = {cell for publication in publications for cell in publication.withheld}
    for family in shape.families():
        inside = [cell for cell in said if cell.measure in family]
        monthly = _monthly(family, inside)
        narrow = Shape(
            {measure: shape.measures[measure] for measure in family},
            shape.groups,
            {measure: parts for measure, parts in shape.parts.items() if measure in family},
            shape.quarterly,
            shape.yearly,
        )
        all_sums = tuple(sums(narrow, monthly))
        for year in sorted({year_of(quarter) for quarter in shape.quarters}):
            rows = [one for one in all_sums if year_of(one.total.period) == year]
            cells = set(_cells(narrow, year, monthly))
            known = {cell: said[cell] for cell in inside if cell in cells}
            named = tuple(sorted(hidden & cells - set(known)))
            yield Statements(Net(cells, rows), tuple(rows), known, named)


def first_said(publications: Sequence[Publication]) -> dict[Cell, Said]:
    """Give each number as it was said first: what follows is held against it."""
    found: dict[Cell, Said] = {}
    for publication in publications:
        for cell, value in publication.shown.items():
            found.setdefault(cell, Said(cell, publication.day, value))
    return found


def _monthly(family: tuple[str, ...], said: Sequence[Cell]) -> Monthly:
    quarters = {quarter_of(cell.period) for cell in said if is_month(cell.period)}
    return frozenset((measure, quarter) for measure in family for quarter in quarters)


def _cells(shape: Shape, year: str, monthly: Monthly) -> Iterator[Cell]:
    for measure in shape.measures:
        for period in shape.periods(measure, monthly):
            if year_of(period) == year:
                yield from shape.cells(measure, period)


def openly_wrong(publications: Sequence[Publication], shape: Shape) -> Iterator[Finding]:
    """Find what needs no reckoning: small numbers, unrounded ones, and what was said twice."""
    first = first_said(publications)
    for publication in publications:
        for cell, value in publication.shown.items():
            said = Said(cell, publication.day, value)
            if value < LEAST or value % STEP:
                yield Finding(Kind.TOO_SMALL, (cell,), *interval(value), (said,))
            if value != first[cell].value:
                yield _restated(first[cell], said)


def _restated(before: Said, after: Said) -> Finding:
    ends = interval(before.value), interval(after.value)
    low, high = ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]
    return Finding(Kind.RESTATED, (after.cell,), low, high, (before, after))
