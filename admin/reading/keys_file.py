"""keys.yml: which fingerprints people have confirmed; read with its lines, written whole. Pure.

An *open* line is what the form seals to, one for each unit. A *retiring* line is an older key's:
up to its day the mailbox still takes words for tips that hang on that key, and nothing new is
sealed to it. Where its unit went over to a key that was made before a member left, it has an
*overlap*: up to that day a form that was told of the old key a moment ago still seals to it.
`keys.json` is what browsers read of it; the site's build writes it by the same function.
"""

import json
import os
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from .data_files import (
    DataError,
    line_of,
    load_file,
)

_WORLD_READABLE: Final = 0o644


@dataclass(frozen=True)
class KeyLine:
    """One line of keys.yml."""

    unit: str
    fingerprint: str
    retiring: date | None = None
    """The last day of an older key, for the mailbox; None for the key in use."""
    overlap: date | None = None
    """The last day on which a form may still seal to an older key; as a rule none."""

    @property
    def is_open(self) -> bool:
        return self.retiring is None


@dataclass(frozen=True)
class Keys:
    """What the lines of one or two files come to."""

    open: frozenset[tuple[str, str]]
    """Pairs of unit and fingerprint, at most one of a unit."""
    retiring: frozenset[tuple[str, str, date]]
    overlap: frozenset[tuple[str, str, date]] = frozenset()
    """Of the retiring ones those to which a form may still seal, with the last day of that."""


def read_lines(content: Path, path: Path, units: Collection[str] | None = None) -> list[KeyLine]:
    """Read a file's lines. Raises `DataError`, which names the line that is wrong.

    `units` are those of routes.yml; without them a line may name any.
    """
    rows = load_file(content, "keys", path=path)["items"]
    lines = lines_of(rows)
    text = path.read_text("utf-8")
    for number, line in enumerate(lines):
        if say := _fault(line, lines[:number], units):
            where = line_of(text, ["items", number])
            raise DataError(f"{path} 第 {where} 行：{say}。")
    return lines


def lines_of(rows: Iterable[dict[str, Any]]) -> list[KeyLine]:
    """Return the entries of a file, read with its days as text, as lines."""
    return [
        KeyLine(
            row["id"],
            row["fingerprint"],
            date.fromisoformat(row["retiring"]) if "retiring" in row else None,
            date.fromisoformat(row["overlap"]) if "overlap" in row else None,
        )
        for row in rows
    ]


def _fault(line: KeyLine, above: list[KeyLine], units: Collection[str] | None) -> str | None:
    if units is not None and line.unit not in units:
        return f"routes.yml 里没有 {line.unit} 这个单位"
    if any((one.unit, one.fingerprint) == (line.unit, line.fingerprint) for one in above):
        return f"{line.unit} 的这把密钥上面已经写过，同一把只能写一行"
    if line.overlap and line.is_open:
        return "overlap 只写在退役的旧密钥上（有 retiring 的那一行）"
    if line.is_open and any(one.unit == line.unit and one.is_open for one in above):
        return (
            f"{line.unit} 有两把现用的密钥。旧的那一行请删掉，"
            "或者写上 retiring: 日子；用 dengshao keys apply 会自动换好"
        )
    return None


def combined(first: Iterable[KeyLine], second: Iterable[KeyLine]) -> Keys:
    """Put the development's second file over the editor's: its open line of a unit goes first."""
    second = list(second)
    replaced = {line.unit for line in second if line.is_open}
    lines = [line for line in first if not (line.is_open and line.unit in replaced)] + second
    still = {(line.unit, line.fingerprint) for line in lines if line.is_open}
    older = [line for line in lines if (line.unit, line.fingerprint) not in still]
    return Keys(
        open=frozenset(still),
        retiring=frozenset(
            (line.unit, line.fingerprint, line.retiring) for line in older if line.retiring
        ),
        overlap=frozenset(
            (line.unit, line.fingerprint, line.overlap) for line in older if line.overlap
        ),
    )


def written(lines: Iterable[KeyLine], *, source: str, checked: date, head: str = "") -> str:
    """Write a whole keys.yml; `head` is the comment that stands above it."""
    facts = yaml.safe_dump({"source": source, "checked": checked}, allow_unicode=True)
    rows = [
        f"- {{id: {line.unit}, fingerprint: {line.fingerprint}"
        + (f", retiring: {line.retiring}" if line.retiring else "")
        + (f", overlap: {line.overlap}}}" if line.overlap else "}")
        for line in sorted(lines, key=lambda line: (line.unit, not line.is_open, line.fingerprint))
    ]
    items = "\n".join(["items:", *rows]) if rows else "items: []"
    return f"{head}{facts}{items}\n"


def head_of(path: Path) -> tuple[str, str]:
    """Give the comment above a file's first entry, and its source."""
    if not path.exists():
        return "", "dengshao"
    text = path.read_text("utf-8")
    head = []
    for row in text.splitlines(keepends=True):
        if not row.startswith("#"):
            break
        head.append(row)
    return "".join(head), str(yaml.safe_load(text)["source"])


def published(keys: Keys) -> dict[str, list[dict[str, str]]]:
    """Make what /keys.json says of keys; the file holds more than this."""
    overlap = {(unit, found): {"overlap": day.isoformat()} for unit, found, day in keys.overlap}
    return {
        "keys": [{"unit": unit, "fingerprint": found} for unit, found in sorted(keys.open)],
        "retiring": [
            {"unit": unit, "fingerprint": found, "until": until.isoformat()}
            | overlap.get((unit, found), {})
            for unit, found, until in sorted(keys.retiring)
        ],
    }


def publish(site: Path, keys: Keys, **more: str) -> None:
    """Write the keys into the built site's keys.json; what else it holds stays.

    `more` is written beside them.

    Raises `OSError` where there is no built site, or it may not be written.
    """
    path = site / "keys.json"
    try:
        there = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        there = {}
    content = (there if isinstance(there, dict) else {}) | published(keys) | more
    replace_file(path, json.dumps(content, separators=(",", ":")) + "\n")


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, durably; whoever could read or write it still can."""
    before = path.stat() if path.exists() else None
    owner = before or path.parent.stat()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fchmod(file.fileno(), before.st_mode & 0o777 if before else _WORLD_READABLE)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
