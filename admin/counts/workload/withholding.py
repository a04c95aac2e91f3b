"""What the counter may see of all units' queues: pure rules, as `counts.rules` are for the totals.

A number is shown in whole tens, so that one tip more as a rule never shows, and one below `LEAST`
is hidden, none as well as nine. No true sum is shown: 至少 adds up what is shown besides. But a
queue's states and its ages are the same tips, and whatever has a deadline is among them: where one
table would tell from another that a hidden number is not 0, or not 9, the later table is hidden.
The ranges below are exact for these sums. What they don't know: that some clocks run for some
states alone, what was seen on another day, and what somebody knows from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..rules import LEAST, rounded

Counts = Sequence[int]
Shown = list[int | None]


@dataclass(frozen=True)
class Range:
    """Between which numbers a true one may lie, for who sees what is shown of it."""

    low: int
    high: int


def range_of(count: int, least: int = LEAST) -> Range:
    low = count // least * least
    return Range(low, low + least - 1)


def show(counts: Counts) -> Shown:
    return [rounded(count) for count in counts]


def at_least(shown: Sequence[int | None]) -> int | None:
    """Add up what is shown: it tells nothing besides."""
    return sum(count or 0 for count in shown) or None


@dataclass(frozen=True)
class Split:
    """One unit's open tips: the ways in which they are shared out, each time all of them."""

    ways: tuple[Counts, ...]

    def total(self, least: int) -> Range:
        sums = [_sum([range_of(count, least) for count in way]) for way in self.ways]
        return Range(max(one.low for one in sums), min(one.high for one in sums))


def is_safe(splits: Sequence[Split], parts: Sequence[Counts] = (), least: int = LEAST) -> bool:
    """Tell whether each hidden number may still be all from 0 to `least` - 1.

    `parts` are shares of all units' open tips that leave some out.
    """
    totals = [split.total(least) for split in splits]
    whole = _sum(totals)
    shares = [[range_of(count, least) for count in part] for part in parts]
    # So many are open at least, for who sees the shares.
    known = max((_sum(share).low for share in shares), default=0)
    if any(not _holds(share, Range(0, whole.high)) for share in shares):
        return False
    return all(
        _holds(way, Range(max(total.low, known - (whole.high - total.high)), total.high))
        for split, total in zip(splits, totals, strict=True)
        for way in _ranges(split, least)
    )


def reveal(splits: Sequence[Split], parts: Sequence[Counts], least: int = LEAST) -> list[Shown]:
    """Show each part that is safe beside what is shown before it; of another nothing."""
    taken: list[Counts] = []
    found: list[Shown] = []
    for part in parts:
        if is_safe(splits, [*taken, part], least):
            taken.append(part)
            found.append(show(part))
        else:
            found.append([None] * len(part))
    return found


def _ranges(split: Split, least: int) -> list[list[Range]]:
    return [[range_of(count, least) for count in way] for way in split.ways]


def _holds(cells: Sequence[Range], total: Range) -> bool:
    """Tell whether a sum that lies in `total` leaves each hidden cell its whole range."""
    every = _sum(cells)
    hidden = [cell for cell in cells if cell.low == 0]
    return all(
        total.low <= every.high - cell.high and every.low + cell.high <= total.high
        for cell in hidden
    )


def _sum(ranges: Sequence[Range]) -> Range:
    return Range(sum(one.low for one in ranges), sum(one.high for one in ranges))
