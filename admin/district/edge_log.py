"""Who keeps the log of connections that the law asks for: content/data/edge_log.yml.

Pure: the app and the edge read one file, so that neither says what the other does not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from ..reading.data_files import load_file

_MONTHS: Final = 6
"""That the law asks for at least: 网络安全法第二十三条第三项."""


class LogProfile(StrEnum):
    """Who writes down which address connected, and when."""

    SEALED = "sealed"
    """Our edge, for holders outside of this office, and in no words that anybody here can read."""
    ELSEWHERE = "elsewhere"
    """Somebody before us: a government cloud."""
    NONE = "none"


@dataclass(frozen=True)
class LogHolder:
    """An office outside, which alone can open the log, or both of two together."""

    id: str
    zh: str
    en: str
    person: str
    """By their post; may be empty."""
    key: str
    """A recipient of age; empty where the log is written elsewhere."""


@dataclass(frozen=True)
class EdgeLog:
    profile: LogProfile
    days: int
    holders: tuple[LogHolder, ...]

    @property
    def needs_two(self) -> bool:
        """Tell whether two holders must come together to open an hour."""
        return self.profile is LogProfile.SEALED and len(self.holders) > 1

    def last_day(self, day: date) -> date:
        """Return until when a line of that day is kept: it goes on the day after, at its start."""
        return max(day + timedelta(self.days), _months_after(day, _MONTHS))


def load_edge_log(content: Path) -> EdgeLog:
    """Read the profile. Raises `DataError`."""
    found = load_file(content, "edge_log")
    return EdgeLog(
        profile=LogProfile(found["profile"]),
        days=found["days"],
        holders=tuple(_holder(row) for row in found["holders"]),
    )


def _holder(row: dict[str, Any]) -> LogHolder:
    person, key = row.get("person", ""), row.get("key", "")
    return LogHolder(row["id"], row["zh"], row["en"], person=person, key=key)


def _months_after(day: date, months: int) -> date:
    """Go on by the calendar; where that month is shorter, to its last day."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    next_first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(day.day - 1), next_first - timedelta(1))
