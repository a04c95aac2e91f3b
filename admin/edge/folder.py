"""The folder of sealed hours: their names, which are due, and a line for each that was deleted.

Names tell day, hour and part, as `2026-12-02-09-1.age`; nothing else about an hour is known here.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from ..district.edge_log import EdgeLog
from .lines import CHINA

DELETED: Final = "deleted.txt"
"""A line for each day whose hours were deleted: when, how many, of which day."""
_NAME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{2})-(\d{1,5})\.age")


@dataclass(frozen=True, order=True)
class Sealed:
    """One file: the hour that it holds, and which of that hour's parts it is."""

    begins: datetime
    part: int
    path: Path

    @property
    def day(self) -> date:
        return self.begins.date()


def sealed_files(folder: Path) -> list[Sealed]:
    """List them, the oldest hour first."""
    found = (_read_name(path) for path in folder.glob("*.age")) if folder.is_dir() else ()
    return sorted(sealed for sealed in found if sealed)


def next_name(folder: Path, begins: datetime) -> tuple[Path, int]:
    """Name the next part of an hour: after a restart within it there is one already."""
    part = 1
    while (path := folder / f"{begins:%Y-%m-%d-%H}-{part}.age").exists():
        part += 1
    return path, part


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. What is written tells no address."""
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    _sync(path.parent)


def due_files(files: Iterable[Sealed], log: EdgeLog, today: date) -> list[Sealed]:
    return [sealed for sealed in files if log.last_day(sealed.day) < today]


def delete_due(folder: Path, log: EdgeLog, today: date) -> int:
    """Delete what is due, and leave a line for each day: how many files, and no more."""
    due = due_files(sealed_files(folder), log, today)
    for sealed in due:
        sealed.path.unlink()
    if due:
        counts = Counter(sealed.day for sealed in due)
        lines = [f"{today} 删除 {count} 份，日期 {day}\n" for day, count in sorted(counts.items())]
        with (folder / DELETED).open("a", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        _sync(folder)
    return len(due)


def newest_age(folder: Path, now: datetime) -> timedelta | None:
    """Return how long ago the newest sealed hour ended; None where there is none yet."""
    files = sealed_files(folder)
    return max(now - files[-1].begins - timedelta(hours=1), timedelta(0)) if files else None


def china_day(now: datetime) -> date:
    return now.astimezone(CHINA).date()


def _read_name(path: Path) -> Sealed | None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        begins = datetime.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H").replace(tzinfo=CHINA)
    except ValueError:
        return None
    return Sealed(begins, int(found[3]), path)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
