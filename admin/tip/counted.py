"""What is counted of tips, declared once: families of numbers, their parts, and how fine they are.

A number is one of its family, part, period and unit; each tip adds at most one to a family. Nothing
finer than a month exists, and no number knows a village, a grid, a township, a kind of matter or a
person: a cover tells none of them.
"""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Final

from .channels import Channel


class Grain(enum.StrEnum):
    """How long the periods are in which a family is counted."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Family(enum.StrEnum):
    RECEIVED = "received"
    LANE = "lane"
    ACCEPTED = "accepted"
    REFERRED = "referred"
    CLOSED = "closed"
    OUT_OF_SCOPE = "out_of_scope"
    DAYS_READ = "days_read"
    DAYS_ACCEPTED = "days_accepted"
    DAYS_CLOSED = "days_closed"
    KEPT_READ = "kept_read"
    KEPT_ACCEPTED = "kept_accepted"
    KEPT_CLOSED = "kept_closed"
    DANGER = "danger"


@dataclass(frozen=True)
class Counted:
    """How a family is counted."""

    grain: Grain
    parts: tuple[str, ...] = ("",)
    by_unit: bool = False
    """Whether the unit to which the tip came first is told apart."""
    is_shape: bool = False
    """Whether it tells how long things took. Its sums are those of other families by another way,
    so it goes as a whole when small numbers are folded: `counts.folding`."""


FOUND: Final = "found"
NOT_FOUND: Final = "not_found"
OTHER: Final = "other"
OUTCOME_PARTS: Final = {
    "substantiated": FOUND,
    "partly": FOUND,
    "unfounded": NOT_FOUND,
    "too_little": NOT_FOUND,
    "known": NOT_FOUND,
}
"""Groups of outcomes in which a tip may be closed; all others, a district's own too, are one."""
ORGAN_PARTS: Final = {
    "to_department": "department",
    "to_supervision": "supervision",
    "to_other_police": "police",
}
"""Kinds of organs, by the outcome that a referral to one is."""
IN_TIME: Final = "in_time"
LATE: Final = "late"
DAYS: Final = (
    (0, "0"),
    (1, "1"),
    (3, "2-3"),
    (7, "4-7"),
    (15, "8-15"),
    (30, "16-30"),
    (60, "31-60"),
)
"""Days up to which a bucket reaches, and its name."""
MANY_DAYS: Final = "61-"

_BUCKETS: Final = (*(name for _most, name in DAYS), MANY_DAYS)
_CHANNELS: Final = tuple(channel.value for channel in Channel)
_ORGANS: Final = (*ORGAN_PARTS.values(), OTHER)
_SHAPES: Final = (Grain.QUARTER, _BUCKETS)
_KEPT: Final = (Grain.QUARTER, (IN_TIME, LATE))

COUNTED: Final[dict[Family, Counted]] = {
    Family.RECEIVED: Counted(Grain.MONTH, _CHANNELS, by_unit=True),
    Family.LANE: Counted(Grain.QUARTER),
    Family.ACCEPTED: Counted(Grain.MONTH, by_unit=True),
    Family.REFERRED: Counted(Grain.MONTH, _ORGANS, by_unit=True),
    Family.CLOSED: Counted(Grain.MONTH, (FOUND, NOT_FOUND, OTHER), by_unit=True),
    # Who is out of scope claims a right: one number of a year, never by unit, month or reason.
    Family.OUT_OF_SCOPE: Counted(Grain.YEAR),
    Family.DAYS_READ: Counted(*_SHAPES, is_shape=True),
    Family.DAYS_ACCEPTED: Counted(*_SHAPES, is_shape=True),
    Family.DAYS_CLOSED: Counted(*_SHAPES, is_shape=True),
    Family.KEPT_READ: Counted(*_KEPT, is_shape=True),
    Family.KEPT_ACCEPTED: Counted(*_KEPT, is_shape=True),
    Family.KEPT_CLOSED: Counted(*_KEPT, is_shape=True),
    Family.DANGER: Counted(*_KEPT, is_shape=True),
}


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def period_of(family: Family, day: date) -> str:
    """Name the period of a family's numbers in which a day lies."""
    grain = COUNTED[family].grain
    if grain is Grain.MONTH:
        return month_of(day)
    return quarter_of(day) if grain is Grain.QUARTER else str(day.year)


def bucket_of(days: int) -> str:
    """Name the bucket of so many days: an exact number could lead back to a tip."""
    return next((name for most, name in DAYS if days <= most), MANY_DAYS)
