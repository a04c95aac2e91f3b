"""What an editor wrote down: content/data/transparency.yml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...reading.data_files import DataError, line_of, load_file
from .periods import Half

KINDS: Final = ("request", "outage", "false_key", "drill", "upgrade", "mistake")


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in Chinese and English."""

    kind: str
    month: str
    what: dict[str, str]
    whom: dict[str, str]
    done: dict[str, str]

    @property
    def month_number(self) -> int:
        return int(self.month[-2:])


def read_entries(content: Path, half: Half) -> dict[str, list[Entry]]:
    """Read a half's entries by kind, the earliest first. Raises `DataError`."""
    rows = load_file(content, "transparency")["items"]
    _refuse_same_id(content, rows)
    entries = sorted((_entry(row) for row in rows), key=lambda entry: entry.month)
    return {
        kind: [one for one in entries if one.kind == kind and half.holds(one.month)]
        for kind in KINDS
    }


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{name: row[name] for name in ("kind", "month", "what", "whom", "done")})


def _refuse_same_id(content: Path, rows: list[dict[str, Any]]) -> None:
    path = content / "data" / "transparency.yml"
    ids = [row["id"] for row in rows]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            line = line_of(path.read_text("utf-8"), ["items", number])
            raise DataError(f"{path} 第 {line} 行：{name} 上面已经用过，id 不能重复。")
