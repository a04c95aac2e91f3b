"""What a published number is, and what stands in a publication."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from ..cells import Cell

LEAST: Final = 10
"""k: what is smaller is withheld, and looks the same whether it is 0 or 9."""
STEP: Final = 5
KNOWN: Final = LEAST - 1
"""So many tips somebody may know, because they sent them."""
MEDIAN_LEAST: Final = 40
"""A median is told only beside a count that is shown as so many, 38 at least.

A median within the deadline says that half of them were in time: of a withheld number of late ones
that leaves 0 to 21, which is k and more even after nine that somebody knows.
"""


class Why(StrEnum):
    """Why a number is withheld. For those who publish: to readers one looks like the other."""

    SMALL = "small"
    PROTECTS = "protects"
    UNTOLD = "untold"
    """Of an older publication, of which only what the world sees is kept."""


@dataclass(frozen=True)
class Publication:
    """What was said on one day, for good; `withheld` goes out without its reasons."""

    day: date
    shown: Mapping[Cell, int] = field(default_factory=dict)
    withheld: Mapping[Cell, Why] = field(default_factory=dict)
    medians: Mapping[Cell, str] = field(default_factory=dict)
    """The bucket of days in which the middle one lies: `tip.counted`."""

    def numbers(self) -> dict[Cell, int | None]:
        """Give what the world sees: a rounded number, or None for any that is withheld."""
        return dict(sorted({**self.shown, **dict.fromkeys(self.withheld)}.items()))


def rounded(count: int) -> int:
    """Round to the nearest five."""
    return (count + STEP // 2) // STEP * STEP


def interval(value: int) -> tuple[int, int]:
    """Give between what a shown number lies, for who knows these rules; both ends are meant."""
    if value % STEP:
        return value, value
    low = value - STEP // 2
    return (max(low, LEAST) if value >= LEAST else max(low, 0)), value + STEP // 2
