"""The auditor: for each withheld number, the range that all publications together leave for it.

Three people are thought of. None is told which withheld number is small; all know the rules.

1. A reader, for whom a withheld number may be anything from 0 up.
2. One who knows nine of the tips, any nine, for instance because they sent them. What they must
   not learn is the rest, the tips of others: the rest of a small number must be able to be 0, and
   must be able to be k.
3. One who has worked out which withheld numbers are small and which protect another: the small ones
   must still be able to be anything from 0 to 9.

So for a small number, k = 10: lo = 0 and hi - lo >= k, after nine tips are taken off wherever it
hurts most. The upper end matters: who knew that a number is below k would know that few spoke. The
lower end matters more: who knows that it is not 0 knows that somebody did. A number that is large
and withheld for the sake of another must keep hi - lo >= k; it has no secret of its own.

Nine tips, any nine: the sums of time and groups are a network. An end of a range is the tightest of
its cuts, and a cut holds each number once, so a known tip moves an end by one at most, wherever it
is counted, and nine move it by nine at most; all nine in one number move it as far as any mixture.
That is how the upper end is judged (nine are taken off it) and the lower (nine are put into each
withheld number in turn). tests/admin/counts try every mixture on small tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from ..cells import Cell, Shape
from ..disclosing.numbers import KNOWN, LEAST, Publication
from .findings import Finding, Kind
from .ranges import FAR, OPEN, Bounds, Contradiction, End
from .statements import Statements, openly_wrong, statements

Counts = Callable[[Cell], int]


@dataclass(frozen=True)
class Audit:
    """What was found; `solved` counts the linear programmes."""

    findings: tuple[Finding, ...]
    solved: int


def audit(
    publications: Sequence[Publication],
    shape: Shape,
    count: Counts,
    *,
    touched: Iterable[Cell] | None = None,
    first_only: bool = False,
) -> Audit:
    """Try to narrow what is withheld; with `touched`, only where one of these cells belongs."""
    findings = list(openly_wrong(publications, shape))
    solved = 0
    only = None if touched is None else frozenset(touched)
    for one in statements(publications, shape):
        if one.said and (only is None or not only.isdisjoint(one.net.cells)):
            found = _Look(one, count).findings()
            findings += islice(found, 1) if first_only else found
            solved += one.net.solved
            if first_only and findings:
                break
    return Audit(tuple(findings), solved)


class _Look:
    """One year of one family of measures, looked at by all three."""

    def __init__(self, told: Statements, count: Counts) -> None:
        self._told = told
        self._counts = {cell: count(cell) for cell in told.withheld}
        self._small = tuple(cell for cell, true in self._counts.items() if true < LEAST)
        self._leaves = tuple(cell for cell in told.withheld if cell not in told.totals)
        self._reader = self._bounds(dict.fromkeys(self._counts, (0, FAR)))
        # Of what was never named, nobody can work out why it is withheld; of what is counted no
        # more, it is not known here which it was.
        kinds: dict[Cell, Bounds] = {
            cell: (0, LEAST - 1) if cell in self._small else (LEAST, FAR)
            for cell in told.named
            if self._counts[cell] < FAR
        }
        self._guesser = self._bounds(dict.fromkeys(self._counts, (0, FAR)) | kinds)

    def _bounds(self, withheld: Mapping[Cell, Bounds]) -> dict[Cell, Bounds]:
        told = self._told
        return {cell: told.bounds(cell) or withheld[cell] for cell in told.net.cells}

    def findings(self) -> Iterator[Finding]:
        if not self._may_be(self._reader):
            yield self._of_all(Kind.CONTRADICTION)
            return
        for cell in self._small:
            yield from self._upper(cell)
        if not self._may_be(self._guesser):
            # What is counted would fit: not to look would be to take it for safe.
            yield self._of_all(Kind.UNTRUE)
            return
        for cell in self._small:
            yield from self._guessed(cell)
        for cell in self._told.named:
            if cell not in self._small:
                yield from self._wide(cell)
        yield from self._lower()

    def _may_be(self, bounds: Mapping[Cell, Bounds]) -> bool:
        """Tell whether any table fits."""
        try:
            self._told.net.least((), bounds)
        except Contradiction:
            return False
        return True

    def _of_all(self, kind: Kind) -> Finding:
        said = tuple(sorted(self._told.said.values()))
        return Finding(kind, (said[0].cell,), by=said)

    def _upper(self, cell: Cell) -> Iterator[Finding]:
        high = self._told.net.most((cell,), self._reader | {cell: (0, FAR)})
        if high.at < LEAST + KNOWN:
            yield self._finding(Kind.NARROW, (cell,), 0, high.at, high.by)

    def _guessed(self, cell: Cell) -> Iterator[Finding]:
        """Set aside that the number itself is small: all else must leave room for 0 to 9."""
        bounds = self._guesser | {cell: (0, FAR)}
        low = self._told.net.least((cell,), bounds)
        high = self._told.net.most((cell,), bounds)
        if low.at > 0 or high.at < LEAST - 1:
            by = (low.by if low.at > 0 else ()) + (high.by if high.at < LEAST - 1 else ())
            yield self._finding(Kind.GUESSED, (cell,), low.at, min(high.at, LEAST - 1), by)

    def _wide(self, cell: Cell) -> Iterator[Finding]:
        low = self._told.net.least((cell,), self._reader)
        high = self._told.net.most((cell,), self._reader)
        if high.at - low.at < LEAST:
            yield self._finding(Kind.NARROW, (cell,), low.at, high.at, low.by + high.by)

    def _lower(self) -> Iterator[Finding]:
        """Find small numbers, and groups of them that are small together, that cannot be none.

        Where all small numbers at once can be none, each of them can, and any of them together.
        """
        if self._held_up(tuple(cell for cell in self._leaves if cell in self._small)) is None:
            return
        singles = ((cell,) for cell in self._small if not self._falls_freely(cell))
        for group in (*singles, *self._small_groups()):
            low = self._held_up(group)
            if low is not None:
                high = self._told.net.most(group, self._reader).at
                kind = Kind.NARROW if len(group) == 1 else Kind.GROUP
                yield self._finding(kind, group, low.at, high, low.by)

    def _falls_freely(self, cell: Cell) -> bool:
        """Tell whether a number's lower end is so far off that no nine tips bring it up to one."""
        if cell not in self._leaves:
            return False
        return self._told.net.least((cell,), self._reader | {cell: (-FAR, FAR)}).at <= -KNOWN

    def _held_up(self, group: tuple[Cell, ...]) -> End | None:
        """Give the least rest of a group of numbers, where it is more than none.

        Nine tips are known in each withheld number in turn.
        """
        if not group:
            return None
        inside = self._told.leaves_of(group)
        for known in (None, *self._leaves):
            bounds = self._reader if known is None else self._reader | {known: (KNOWN, FAR)}
            try:
                low = self._told.net.least(group, bounds)
            except Contradiction:
                continue  # Nobody can know nine where there are fewer.
            rest = low.at - (KNOWN if known in inside else 0)
            if rest > 0:
                return End(rest, low.by)
        return None

    def _finding(
        self, kind: Kind, cells: tuple[Cell, ...], low: int, high: int, by: Iterable[Cell]
    ) -> Finding:
        said = {self._told.said[cell] for cell in by if cell in self._told.said}
        return Finding(kind, cells, max(low, 0), _closed(high), tuple(sorted(said)))

    def _small_groups(self) -> Iterator[tuple[Cell, ...]]:
        """Name the withheld numbers of one sum that are small together."""
        seen: set[tuple[Cell, ...]] = set()
        for parts in self._told.rows:
            small = [cell for cell in parts if cell in self._small]
            for size in range(2, len(small) + 1):
                for group in combinations(small, size):
                    if group not in seen and sum(map(self._counts.__getitem__, group)) < LEAST:
                        seen.add(group)
                        yield group


def _closed(high: int) -> int | None:
    return None if high >= OPEN else high
