"""Puts audit lines that don't fit together again along the chain, and so names what is wrong.

Each line's MAC holds its own number and the MAC of the line before: by it a line that stands
wrongly tells where it belongs, and a missing one leaves a place that nothing else fills.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from .faults import Fault, Finding
from .macs import FIRST_MAC, EndMark, Macs

WINDOW: Final = 300
"""Lines that are put together at one time. A line moved further shows as one too many here, and as
missing there."""
_TRIES: Final = 8
"""How many lines and numbers ahead the chain is sought again where it is broken."""


@dataclass
class Chain:
    """How far the chain is known: the next line's true number, and the MAC that it hangs on."""

    macs: Macs
    mark: EndMark | None
    next: int = 1
    mac: str | None = FIRST_MAC
    shift: int = 0
    """By how much the numbers in the table run ahead of the true ones."""

    def fits(self, line: Any, number: int, previous: str | None) -> bool:
        return self.macs.of(line, number, previous) == str(line.mac)

    def ends_with(self, number: int, mac: str | None) -> bool:
        return self.mark is not None and self.mark.proves(self.macs, number, mac)

    def takes(self, line: Any) -> bool:
        """Go one step if the line is the next one and stands in its place."""
        if line.number != self.next + self.shift or not self.fits(line, self.next, self.mac):
            return False
        self.step(line, self.next)
        return True

    def step(self, line: Any, number: int) -> None:
        self.next, self.mac = number + 1, line.mac


@dataclass
class Puzzle:
    """The lines of one window: those that found their place, and those that are left."""

    chain: Chain
    left: list[Any]
    placed: list[tuple[Any, int]] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    gaps: list[tuple[int, int, Any]] = field(default_factory=list)
    """The first and the last of true numbers that no line has, and the line that comes after."""

    def solve(self) -> list[Finding]:
        """Go on along the chain as far as the window reaches; name what kept it from fitting."""
        while self.left:
            step = self._next() or self._after_break() or self._blindly()
            if step is None:
                break
            line, number = step
            if number > self.chain.next:
                self.gaps.append((self.chain.next, number - 1, line))
            self.left.remove(line)
            self.placed.append(step)
            self.chain.step(line, number)
        return self._findings()

    def _next(self) -> tuple[Any, int] | None:
        """Find the line that hangs on the last one; of two copies, the one in its place."""
        chain, place = self.chain, self.chain.next + self.chain.shift
        likely_first = sorted(self.left, key=lambda line: bool(line.number != place))
        found = (line for line in likely_first if chain.fits(line, chain.next, chain.mac))
        line = next(found, None)
        return None if line is None else (line, chain.next)

    def _after_break(self) -> tuple[Any, int] | None:
        """Find a line on which another hangs: it proves where the chain goes on."""
        for line in self.left[:_TRIES]:
            ahead = range(self.chain.next, self.chain.next + _TRIES)
            for number in dict.fromkeys([line.number - self.chain.shift, *ahead]):
                if number >= self.chain.next and self._is_proved(line, number):
                    if number == self.chain.next:
                        # Its MAC carries the chain on, and is not this line's: its words changed.
                        self.changed.append(line)
                    return line, number
        return None

    def _is_proved(self, line: Any, number: int) -> bool:
        if self.chain.ends_with(number, line.mac):
            return True
        near = (other for other in self.left[: 2 * _TRIES] if other is not line)
        return any(self.chain.fits(other, number + 1, line.mac) for other in near)

    def _blindly(self) -> tuple[Any, int] | None:
        """Go on from a line that nothing proves; lines behind the true end are left over."""
        if self.chain.ends_with(self.chain.next - 1, self.chain.mac):
            return None
        for line in self.left:
            number = line.number - self.chain.shift
            if number >= self.chain.next:
                self.changed.append(line)
                return line, number
        return None

    def _findings(self) -> list[Finding]:
        strangers = {line.number - self.chain.shift: line for line in self.left}
        found = [_finding(Fault.CHANGED, line) for line in self.changed] + self._moved()
        for gap in self.gaps:
            found += _gap(*gap, strangers)
        found += [_finding(Fault.INSERTED, line) for line in strangers.values()]
        if self.placed:
            last, number = max(self.placed, key=lambda step: int(step[0].number))
            self.chain.shift = last.number - number
        return sorted(found, key=lambda one: one.number)

    def _moved(self) -> list[Finding]:
        """Name the fewest lines whose removal leaves the others in the order of the table."""
        rising = _longest_rise([line.number for line, _number in self.placed])
        return [
            _finding(Fault.MOVED, line, also=number)
            for place, (line, number) in enumerate(self.placed)
            if place not in rising
        ]


def _gap(first: int, last: int, after: Any, strangers: dict[int, Any]) -> list[Finding]:
    """Name lines that are missing, and those that others stand in the place of."""
    instead = sorted(number for number in strangers if first <= number <= last)
    found = [_finding(Fault.CHANGED, strangers.pop(number)) for number in instead]
    if instead and instead[-1] == last:
        found.append(_finding(Fault.UNPROVED, after))
    for begin, end in pairwise([first - 1, *instead, last + 1]):
        if end - begin > 1:
            found.append(Finding(Fault.REMOVED, begin + 1, after.act, after.by, also=end - 1))
    return found


def _finding(fault: Fault, line: Any, *, also: int = 0) -> Finding:
    return Finding(fault, line.number, line.act, line.by, also)


def _longest_rise(numbers: list[int]) -> set[int]:
    """Give the places of a longest rising subsequence."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [place]
    found: set[int] = set()
    place = at[-1] if at else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
