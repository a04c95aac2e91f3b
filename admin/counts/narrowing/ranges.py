"""Between what a number must lie, when sums hold and others are known: a linear programme each.

The sums of a table by time and group are a network, whose corners are whole numbers: the range
over all numbers is the range over whole ones. Where a corner is not whole, it is sought again among
whole numbers alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from scipy.optimize import linprog
from scipy.sparse import csr_array

from ..cells import Cell, Sum

FAR: Final = 10_000_000
"""No count is so large: stands for no end at all."""
OPEN: Final = FAR // 100
_INFEASIBLE: Final = 2
_NEAR: Final = 1e-6

Bounds = tuple[int, int]


class Contradiction(Exception):
    """No table fits all that was said."""


class NotSolved(Exception):
    """The solver gave no answer; the message holds its own status."""


@dataclass(frozen=True)
class End:
    """One end of a range, and the cells whose bounds hold it there."""

    at: int
    by: tuple[Cell, ...]


class Net:
    """Cells that hang together by sums."""

    def __init__(self, cells: Iterable[Cell], sums: Iterable[Sum]) -> None:
        self.cells = tuple(sorted(cells))
        self._place = {cell: number for number, cell in enumerate(self.cells)}
        self._sums = tuple(sums)
        self.solved = 0

    @cached_property
    def _rows(self) -> Any:
        rows, columns, values = [], [], []
        for number, one in enumerate(self._sums):
            terms = [(one.total, -1.0), *((part, 1.0) for part in one.parts)]
            rows += [number] * len(terms)
            columns += [self._place[cell] for cell, _ in terms]
            values += [value for _, value in terms]
        return csr_array((values, (rows, columns)), shape=(len(self._sums), len(self.cells)))

    def most(self, of: Collection[Cell], bounds: Mapping[Cell, Bounds]) -> End:
        """Find how large the sum of some cells can be. Raises `Contradiction`."""
        end = self._least(of, bounds, -1.0)
        return End(-end.at, end.by)

    def least(self, of: Collection[Cell], bounds: Mapping[Cell, Bounds]) -> End:
        """Find how small it can be. Raises `Contradiction`."""
        return self._least(of, bounds, 1.0)

    def _least(self, of: Collection[Cell], bounds: Mapping[Cell, Bounds], sign: float) -> End:
        price = [0.0] * len(self.cells)
        for cell in of:
            price[self._place[cell]] = sign
        limits = [bounds[cell] for cell in self.cells]
        found = self._solve(price, limits)
        marginals = zip(self.cells, found.lower.marginals, found.upper.marginals, strict=True)
        by = tuple(cell for cell, *duals in marginals if max(map(abs, duals)) > _NEAR)
        if any(abs(value - round(value)) > _NEAR for value in found.x):
            found = self._solve(price, limits, whole=True)
        return End(round(found.fun), by)

    def _solve(self, price: list[float], limits: list[Bounds], *, whole: bool = False) -> Any:
        self.solved += 1
        rows = (self._rows, [0.0] * len(self._sums)) if self._sums else (None, None)
        found = linprog(
            price,
            A_eq=rows[0],
            b_eq=rows[1],
            bounds=limits,
            method="highs",
            integrality=1 if whole else None,
        )
        if found.status == _INFEASIBLE:
            raise Contradiction
        if found.status != 0:
            raise NotSolved(str(found.status))
        return found
