"""On which days numbers are published, and of which quarters: content/data/publishing.yml.

Pure: the command that publishes and the site's pages read one file.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .data_files import load_file


@dataclass(frozen=True)
class Publishing:
    day: int
    """Of the month that follows the delay."""
    delay: int
    """So many whole quarters pass between a quarter's end and its publication; at least one."""

    def day_of(self, quarter: str) -> date:
        """Give the one day on which a quarter is first published."""
        year, number = int(quarter[:4]), int(quarter[-1])
        months = 3 * (number + self.delay)
        return date(year + months // 12, months % 12 + 1, self.day)

    def latest_day(self, today: date) -> date:
        """Give the last fixed day that has come: what is published later bears it too."""
        days = (
            self.day_of(f"{year}-Q{number}")
            for year in range(today.year - self.delay // 4 - 2, today.year + 1)
            for number in range(1, 5)
        )
        return max(day for day in days if day <= today)

    def is_due(self, quarter: str, today: date) -> bool:
        return self.day_of(quarter) <= self.latest_day(today)


def load_publishing(content: Path) -> Publishing:
    """Read the days. Raises `DataError`."""
    found = load_file(content, "publishing")
    return Publishing(day=found["day"], delay=found["delay"])
