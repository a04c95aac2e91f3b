"""A half of a year, its quarters, and since when it may be told of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ...reading.publishing import Publishing

_TYPED: Final = re.compile(r"(20\d\d)-[Hh]([12])", re.ASCII)


class BadHalf(Exception):
    """What was typed names no half of a year."""


@dataclass(frozen=True, order=True)
class Half:
    year: int
    number: int

    @classmethod
    def parse(cls, typed: str) -> "Half":
        """Read 2027-H1. Raises `BadHalf`."""
        found = _TYPED.fullmatch(typed)
        if found is None:
            raise BadHalf(typed)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Half":
        return cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def before(self) -> "Half":
        return Half(self.year, 1) if self.number == 2 else Half(self.year - 1, 2)

    @property
    def first(self) -> date:
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def last(self) -> date:
        following = date(self.year, 7, 1) if self.number == 1 else date(self.year + 1, 1, 1)
        return following - timedelta(days=1)

    @property
    def quarters(self) -> tuple[str, str]:
        first = 2 * self.number - 1
        return f"{self.year}-Q{first}", f"{self.year}-Q{first + 1}"

    @property
    def periods(self) -> tuple[str, ...]:
        """What is published of it: its quarters, and with its second half the year."""
        return self.quarters if self.number == 1 else (*self.quarters, str(self.year))

    @property
    def slug(self) -> str:
        """What its page is called, for good."""
        return f"{self.year}-h{self.number}"

    @property
    def zh(self) -> str:
        return f"{self.year} 年{'上' if self.number == 1 else '下'}半年"

    @property
    def en(self) -> str:
        return f"{'First' if self.number == 1 else 'Second'} half of {self.year}"

    def holds(self, month: str) -> bool:
        """Tell whether a month like 2027-03 is one of its six."""
        return self.first <= date.fromisoformat(f"{month}-01") <= self.last

    def due(self, publishing: Publishing) -> date:
        """Give the day on which its last numbers are published: the report can be whole then."""
        return publishing.day_of(self.quarters[1])


def halves_due(publishing: Publishing, since: date, today: date) -> Iterator[Half]:
    """List halves whose numbers are all out by today and that began or went on after `since`."""
    half = Half.of(today)
    while half.last >= since:
        if half.due(publishing) <= today:
            yield half
        half = half.before
