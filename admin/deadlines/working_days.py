"""Working days: the State Council's days off, the district's own over them. Pure.

The notice for a year comes out in the autumn before it, and with it a new release of
chinesecalendar. Years that the library does not know fall back to weekends and to the holidays that
the law names by date; whoever shows a day of such a year says so (`is_guess`).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from chinese_calendar import constants

KNOWN_YEARS: Final = frozenset(day.year for day in constants.holidays)
"""Years whose notice the library has."""
_SATURDAY: Final = 5


@dataclass(frozen=True)
class WorkingDays:
    """A district's calendar: what is written in holidays.yml goes before the library."""

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    every_year: frozenset[tuple[int, int]] = frozenset()
    """Month and day of holidays that the law names by date."""

    @property
    def known_until(self) -> date:
        """The last day of the last year whose notice is known."""
        return date(max(KNOWN_YEARS), 12, 31)

    def is_guess(self, day: date) -> bool:
        """Tell whether nobody knows yet which days are off in that year."""
        return day.year not in KNOWN_YEARS

    def is_off(self, day: date) -> bool:
        if day in self.opened or day in self.closed:
            return day in self.closed
        is_weekend = day.weekday() >= _SATURDAY
        if self.is_guess(day):
            return is_weekend or (day.month, day.day) in self.every_year
        # Its own tables: `is_holiday` looks through all years for their bounds at every call.
        return day in constants.holidays or (is_weekend and day not in constants.workdays)

    def on_or_after(self, day: date) -> date:
        """Find the first working day from `day` on."""
        while self.is_off(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """Find the `count`th working day after `day`; none counts the day itself if it is one."""
        day = self.on_or_after(day) if count == 0 else day
        for _ in range(count):
            day = self.on_or_after(day + timedelta(days=1))
        return day


def months_after(day: date, count: int) -> date:
    """Find the same day `count` months later, or the last of that month where it has no such."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def end_of(days: WorkingDays, start: date, length: int, unit: str, *, rolls: bool = True) -> date:
    """Find the day on which a term ends; the day of its start does not count.

    A term whose last day is off ends on the next working day, unless it does not roll: one of hours
    runs on over days off.
    """
    if unit == "working":
        return days.after(start, length)
    end = months_after(start, length) if unit == "months" else start + timedelta(days=length)
    return days.on_or_after(end) if rolls else end


def load_working_days(data: dict[str, Any]) -> WorkingDays:
    """Make the calendar of what holidays.yml says; raises `ValueError` for a day that is none."""
    return WorkingDays(
        closed=frozenset(map(date.fromisoformat, data["closed"])),
        opened=frozenset(map(date.fromisoformat, data["open"])),
        every_year=frozenset(_month_day(text) for text in data["every_year"]),
    )


def _month_day(text: str) -> tuple[int, int]:
    # Of a leap year: 02-29 is a day too.
    day = date.fromisoformat(f"2024-{text}")
    return day.month, day.day
