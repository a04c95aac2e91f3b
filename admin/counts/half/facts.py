"""Gathers what a half-year's report says, out of files, the log and the installation."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from ...access.demo_mark import is_demo
from ...reading.published import load_published
from ...reading.publishing import load_publishing
from ...vault.expiry import is_behind
from .entered import read_entries
from .log import first_day, read_log
from .numbers import missing, read_rows
from .periods import Half

_MONTHS: Final = {
    "Q1": ("1 月到 3 月", "January to March"),
    "Q2": ("4 月到 6 月", "April to June"),
    "Q3": ("7 月到 9 月", "July to September"),
    "Q4": ("10 月到 12 月", "October to December"),
}


class NotOver(Exception):
    """The half-year goes on."""


class NothingThen(Exception):
    """This installation did not exist in that half-year."""


def gather(
    session: Session, content: Path, half: Half, *, practice: Collection[str], today: date
) -> dict[str, Any]:
    """Gather it all; nothing of it is finer than the half, and of tips nothing is unpublished.

    Raises `NotOver`, `NothingThen` or `DataError`.
    """
    if half.last >= today:
        raise NotOver
    first = first_day(session)
    if first is None or first > half.last:
        raise NothingThen
    files = load_published(content)
    return {
        **_numbers(content, half, files),
        "is_demo": is_demo(session) or any(file.demo for file in files),
        "log": asdict(read_log(session, half, practice)),
        "entries": read_entries(content, half),
        # A sweep of today may still have to come.
        "is_behind": is_behind(session, today - timedelta(days=1)),
        "began": first if half.holds(f"{first:%Y-%m}") else None,
        "has_numbers_page": (content / "numbers" / "index.md").exists(),
    }


def _numbers(content: Path, half: Half, files: Any) -> dict[str, Any]:
    publishing = load_publishing(content)
    return {
        "rows": read_rows(files, half),
        "titles": {"zh": _titles(half, 0), "en": _titles(half, 1)},
        "missing": [
            {"zh": _MONTHS[one[-2:]][0], "en": _MONTHS[one[-2:]][1], "day": publishing.day_of(one)}
            for one in missing(files, half)
        ],
    }


def _titles(half: Half, language: int) -> list[str]:
    quarters = [_MONTHS[one[-2:]][language] for one in half.quarters]
    year = (f"{half.year} 年全年", f"All of {half.year}")[language]
    return quarters if half.number == 1 else [*quarters, year]
