"""Gathers what a half-year's report says, out of files, the log and the installation."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from ...access.demo_mark import is_demo
from ...reading.published import PublishedFile, load_published
from ...reading.publishing import load_publishing
from ...vault.expiry import is_behind
from .entered import read_entries
from .log import first_day, read_log
from .numbers import missing, read_rows
from .periods import Half

_MONTHS: Final = {
    "Q1": ("1 月到 3 月", "Jan to Mar"),
    "Q2": ("4 月到 6 月", "Apr to Jun"),
    "Q3": ("7 月到 9 月", "Jul to Sep"),
    "Q4": ("10 月到 12 月", "Oct to Dec"),
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
    told = facts_of_files(content, half)
    return {
        **told,
        "is_demo": told["is_demo"] or is_demo(session),
        "log": asdict(read_log(session, half, practice)),
        # A sweep of today may still have to come.
        "is_behind": is_behind(session, today - timedelta(days=1)),
        "began": first if half.holds(f"{first:%Y-%m}") else None,
    }


def facts_of_files(content: Path, half: Half) -> dict[str, Any]:
    """Gather what stands in files: numbers, what people wrote down. Raises `DataError`."""
    files, publishing = load_published(content), load_publishing(content)
    return {
        "is_demo": any(file.demo for file in files),
        "rows": read_rows(files, half),
        "titles": {"zh": _titles(files, half, 0), "en": _titles(files, half, 1)},
        "missing": [
            {"zh": _MONTHS[one[-2:]][0], "en": _MONTHS[one[-2:]][1], "day": publishing.day_of(one)}
            for one in missing(files, half)
        ],
        "entries": read_entries(content, half),
        "has_numbers_page": (content / "numbers" / "limits.md").exists(),
    }


def _titles(files: Sequence[PublishedFile], half: Half, language: int) -> list[str]:
    quarters = [_MONTHS[one[-2:]][language] for one in half.quarters]
    return quarters if half.number == 1 else [*quarters, year_title(files, half.year, language)]


def year_title(files: Sequence[PublishedFile], year: int, language: int) -> str:
    """Name a year; one of which the first quarters were never counted, by what it holds."""
    told = [one for file in files for one in file.quarters if one.startswith(f"{year}-")]
    first = min(told, default=f"{year}-Q1")[-2:]
    if first == "Q1":
        return (f"{year} 年全年", f"All of {year}")[language]
    month = _MONTHS[first][language].split()[0]
    return (f"{year} 年 {month} 月到 12 月", f"{month} to Dec {year}")[language]
