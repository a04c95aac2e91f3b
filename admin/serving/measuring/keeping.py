"""What each process has measured, in a file of its own: processes that serve, and one that tells.

A file holds whole lots alone, and its time is the full hour: neither a backup nor the folder tells
when somebody asked for something.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from .lots import Hour, Lot, Pages, Summed, told

FOLDER: Final = "metrics"
HOUR: Final = 3_600

Kept = Mapping[Pages, list[Hour]]
Peaks = Mapping[int, float]
"""By hour, up to which share of the connections to the database were in use at once."""


def folder_of(data: Path) -> Path:
    return data / FOLDER


def begin(data: Path) -> None:
    """Forget what processes of an earlier start have kept."""
    folder = folder_of(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in folder.glob("process-*.json"):
        path.unlink(missing_ok=True)


def keep(data: Path, pages: Kept, peaks: Peaks, hour: int) -> None:
    """Write one process's file anew, whole or not at all."""
    row = {"pages": {name: [asdict(one) for one in pages[name]] for name in pages}, "peaks": peaks}
    path = folder_of(data) / f"process-{os.getpid()}.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(row), "ascii")
    os.utime(new, (hour * HOUR, hour * HOUR))
    os.replace(new, path)


@dataclass(frozen=True)
class Node:
    """What may be told of all processes of a node."""

    pages: Mapping[Pages, Summed]
    peak: float | None
    """Of the hour before, where anything was kept of it."""


def read(data: Path, hour: int) -> Node:
    """Sum up what all processes have kept, as far as it may be told in this hour."""
    rows = [json.loads(path.read_text("ascii")) for path in folder_of(data).glob("process-*.json")]
    found = {name: told([_hours(row, name) for row in rows], hour) for name in Pages}
    peaks = [share for row in rows for at, share in row["peaks"].items() if int(at) == hour - 1]
    pages = {name: one for name, one in found.items() if one is not None}
    return Node(pages, max(peaks, default=None))


def _hours(row: Mapping[str, Any], name: Pages) -> list[Hour]:
    return [
        Hour(one["hour"], one["lots"], Lot(**one["whole"])) for one in row["pages"].get(name, [])
    ]
