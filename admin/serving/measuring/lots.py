"""Requests in lots of two hundred: what is kept of them, and what may be told. Pure.

A histogram that grows by one at each request tells who scrapes it every fifteen seconds in which
second somebody pressed. So requests are put into lots, of which only whole ones are ever told, at
the full hour after they were filled; reading, sending and the mailbox are one kind of page. Whether
a request is counted at all is a toss of a coin: who makes all others, slow and quick ones as it
suits, can say of none that it was there.
"""

import secrets
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LOT: Final = 200
"""Requests of a lot, of some four hundred that came: one in twenty of them is ten."""
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which each of a lot's buckets reaches; one more holds what took longer."""
SHARES: Final = (0.5, 0.95)
"""Of which shares of a lot's requests it is told within how many seconds they were answered."""
FAILED: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Shares of failed requests that are told apart; the first one includes none at all."""


class Pages(StrEnum):
    """Kinds of pages that are told apart, and no finer."""

    PUBLIC = "public"
    """A reporter's: the form, what is sent, the mailbox, scripts, the site where it is served."""
    DESK = "desk"


@dataclass
class Lot:
    """What some requests came to: how many within each bound, and how many failed."""

    seconds: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    failed: int = 0

    @property
    def size(self) -> int:
        return sum(self.seconds)

    def add(self, seconds: float, *, is_failed: bool) -> None:
        self.seconds[bisect_left(BOUNDS, seconds)] += 1
        self.failed += is_failed

    def __add__(self, other: "Lot") -> "Lot":
        both = zip(self.seconds, other.seconds, strict=True)
        return Lot([mine + its for mine, its in both], self.failed + other.failed)

    def within(self, share: float) -> float:
        """Tell within how many seconds such a share was answered: one of `BOUNDS`, or endless."""
        met = 0
        for bound, count in zip((*BOUNDS, float("inf")), self.seconds, strict=True):
            met += count
            if met >= share * self.size:
                return bound
        return float("inf")

    @property
    def failed_share(self) -> float:
        """Tell up to which share failed."""
        return next(most for most in FAILED if self.failed <= most * self.size)


@dataclass
class Hour:
    """What was filled by the end of one hour: all lots until then, and those of that hour."""

    hour: int
    """Hours since 1970."""
    lots: int
    whole: Lot


@dataclass(frozen=True)
class Summed:
    """What may be told of one kind of pages."""

    lots: int
    whole: Lot


def _toss() -> bool:
    return bool(secrets.randbits(1))


class Measured:
    """One process's requests of one kind of pages."""

    def __init__(self, toss: Callable[[], bool] = _toss) -> None:
        self._toss = toss
        self._filling = Lot()
        self.hours: list[Hour] = []
        """The last two hours in which a lot was filled, the older one first."""

    def add(self, seconds: float, hour: int, *, is_failed: bool) -> bool:
        """Count a request, or not; tells whether it filled a lot."""
        if not self._toss():
            return False
        self._filling.add(seconds, is_failed=is_failed)
        if self._filling.size < LOT:
            return False
        self._close(hour)
        return True

    def _close(self, hour: int) -> None:
        last = self.hours[-1] if self.hours else Hour(hour, 0, Lot())
        if not self.hours or last.hour != hour:
            self.hours = [*self.hours[-1:], Hour(hour, last.lots, Lot())]
        self.hours[-1].lots += 1
        self.hours[-1].whole += self._filling
        self._filling = Lot()


def told(processes: Iterable[list[Hour]], hour: int) -> Summed | None:
    """Sum up what may be told in an hour: lots filled before it, the newest ones' times."""
    over = [[one for one in hours if one.hour < hour] for hours in processes]
    last = [hours[-1] for hours in over if hours]
    if not last:
        return None
    newest = max(one.hour for one in last)
    whole = sum((one.whole for one in last if one.hour == newest), Lot())
    return Summed(sum(one.lots for one in last), whole)
