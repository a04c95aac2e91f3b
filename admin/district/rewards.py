"""Whether a reward can be collected by a code here, and by which local document.

Of content/data/rewards.yml, which the pages of the site read too: none promises what
the other does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from ..reading.data_files import load_file

_QUARTER: Final = 3


@dataclass(frozen=True)
class PayingOffice:
    """Where a code is paid: neither a unit that reads tips, nor who runs the server."""

    said: Mapping[str, Any] = field(repr=False)

    def word(self, name: str, lang: str) -> str:
        """Give its name, its place or its hours in a language; in Chinese where there are none."""
        return str(self.said[name].get(lang, self.said[name]["zh"]))


@dataclass(frozen=True)
class RewardRule:
    """The local document that allows it."""

    zh: str
    en: str
    number: str
    day: date
    url: str
    sums: tuple[int, ...]
    """In yuan: what the document allows, and nothing between."""
    months: int
    """So long at least there is time to collect."""
    office: PayingOffice

    def last_day(self, day: date) -> date:
        """Return until when what is granted on a day can be collected.

        The end of a quarter: all that was granted in three months has one day, and the day tells
        no finer when that was.
        """
        month = day.year * 12 + day.month - 1 + self.months
        end = (month // _QUARTER + 1) * _QUARTER
        return date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def load_rewards(content: Path) -> RewardRule | None:
    """Read the rule; None where the district has none. Raises `DataError`."""
    rows = load_file(content, "rewards")["items"]
    return _rule(rows[0]) if rows else None


def _rule(row: dict[str, Any]) -> RewardRule:
    return RewardRule(
        zh=row["zh"],
        en=row["en"],
        number=row["number"],
        day=date.fromisoformat(row["day"]),
        url=row["url"],
        sums=tuple(row["sums"]),
        months=row["months"],
        office=PayingOffice(row["office"]),
    )
