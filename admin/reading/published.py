"""The published numbers: content/numbers/DAY.json, one file for each publication, never changed.

Pure: `counts` writes what the site's pages and the report of a half-year read. A file holds the
words of its own time, so that an old one says what it said.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from ..tip.measures import MEASURES
from .data_files import DataError, load_file

FOLDER: Final = "numbers"
SCHEMA: Final = 1


@dataclass(frozen=True)
class Words:
    """The same in two languages."""

    zh: str
    en: str


BUCKETS: Final[Mapping[str, Words]] = {
    "0": Words("当天", "the same day"),
    "1": Words("1 天", "1 day"),
    "2-3": Words("2 到 3 天", "2 to 3 days"),
    "4-7": Words("4 到 7 天", "4 to 7 days"),
    "8-15": Words("8 到 15 天", "8 to 15 days"),
    "16-30": Words("16 到 30 天", "16 to 30 days"),
    "31-60": Words("31 到 60 天", "31 to 60 days"),
    "61-": Words("超过 60 天", "more than 60 days"),
}
"""What a median may be, shortest first: by the ids of `tip.counted`, in words."""


@dataclass(frozen=True)
class PublishedMeasure:
    id: str
    zh: str
    en: str
    means: Words
    grain: str
    """The finest period in which it may be told: month, quarter or year."""
    kind: str
    """count, or median."""
    by_group: bool
    parts: tuple[tuple[str, ...], ...] = ()
    """Each way in which other measures make this one, in all groups together."""


@dataclass(frozen=True)
class PublishedGroup:
    id: str
    zh: str
    en: str


@dataclass(frozen=True, order=True)
class Number:
    measure: str
    period: str
    group: str
    value: int | None
    """None: withheld. Why, nobody is told."""


@dataclass(frozen=True, order=True)
class MedianDays:
    measure: str
    period: str
    group: str
    value: str
    """One of `BUCKETS`."""


@dataclass(frozen=True)
class PublishedFile:
    """One publication as everybody may read it."""

    day: date
    quarters: tuple[str, ...]
    """Those that this publication told first, and in `years` the years that they end."""
    years: tuple[str, ...]
    demo: bool
    measures: tuple[PublishedMeasure, ...]
    groups: tuple[PublishedGroup, ...]
    numbers: tuple[Number, ...]
    medians: tuple[MedianDays, ...] = ()


def measures_now() -> tuple[PublishedMeasure, ...]:
    """Word every measure as `tip.measures` words it now: what a publication of today takes."""
    return tuple(
        PublishedMeasure(
            *(one.id, one.zh, one.en, Words(one.means, one.means_en)),
            *(one.grain.value, one.kind.value),
            by_group=one.by_group,
            parts=one.parts,
        )
        for one in MEASURES.values()
    )


def path_of(content: Path, day: date) -> Path:
    return content / FOLDER / f"{day}.json"


def load_published(content: Path) -> tuple[PublishedFile, ...]:
    """Read all publications, the oldest first; none is a good answer too. Raises `DataError`."""
    paths = sorted((content / FOLDER).glob("*.json"))
    found = tuple(read_published(content, path) for path in paths)
    _refuse_mixed(content, found)
    _refuse_told_twice(content, found)
    return found


def parse_published(content: Path, path: Path) -> PublishedFile:
    """Read one file, wherever it lies, by the schema of `content`. Raises `DataError`."""
    return published_from(load_file(content, "published", path=path))


def published_from(row: Mapping[str, Any]) -> PublishedFile:
    """Make a publication of what stands in its file."""
    return PublishedFile(
        day=date.fromisoformat(row["day"]),
        quarters=tuple(row["quarters"]),
        years=tuple(row["years"]),
        demo=row["demo"],
        measures=tuple(map(_measure, row["measures"])),
        groups=tuple(PublishedGroup(**group) for group in row["groups"]),
        numbers=tuple(Number(**number) for number in row["numbers"]),
        medians=tuple(MedianDays(**median) for median in row["medians"]),
    )


def dump(file: PublishedFile) -> str:
    """Write a publication as its file: a row on each line, so that a difference reads well."""
    row = {"schema": SCHEMA, **asdict(file), "day": f"{file.day}"}
    for name in ("quarters", "years", "numbers", "medians"):
        row[name] = sorted(row[name], key=_order)
    return (
        "{\n" + ",\n".join(f'  "{name}": {_lines(value)}' for name, value in row.items()) + "\n}\n"
    )


def _order(row: Any) -> tuple[str, ...]:
    return (row["measure"], row["period"], row["group"]) if isinstance(row, dict) else (row,)


def _lines(value: Any) -> str:
    if not isinstance(value, list | tuple) or not value or isinstance(value[0], str):
        return json.dumps(value, ensure_ascii=False)
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
    return f"[\n{rows}\n  ]"


def _measure(row: dict[str, Any]) -> PublishedMeasure:
    parts = tuple(map(tuple, row["parts"]))
    return PublishedMeasure(**{**row, "means": Words(**row["means"]), "parts": parts})


def read_published(content: Path, path: Path) -> PublishedFile:
    """Read one file, and see that it holds together. Raises `DataError`."""
    file = parse_published(content, path)
    if path.stem != f"{file.day}":
        raise DataError(f"{path}：文件名要和里面的 day 一样，是 {file.day}.json。")
    measures, groups = {one.id for one in file.measures}, {one.id for one in file.groups}
    inside = {*file.quarters, *file.years}
    for _kind, row in _rows(file):
        if row.measure not in measures or row.group not in groups | {"all"}:
            raise DataError(f"{path}：{_said(row)} 的项目或者分组，这个文件里没有说明。")
        if _whole(row.period) not in inside:
            raise DataError(f"{path}：{_said(row)} 的时间，不在这一次公布的季度和年里。")
    for median in file.medians:
        if median.value not in BUCKETS:
            raise DataError(f"{path}：{_said(median)}：没有「{median.value}」这一段天数。")
    return file


def _whole(period: str) -> str:
    """Name the quarter of a month; what is no month is itself."""
    month = period[5:]
    return f"{period[:4]}-Q{(int(month) + 2) // 3}" if month.isdigit() else period


def _said(row: Number | MedianDays) -> str:
    return f"{row.measure} {row.period} {row.group}"


def _refuse_mixed(content: Path, files: Iterable[PublishedFile]) -> None:
    if len({file.demo for file in files}) > 1:
        raise DataError(f"{content / FOLDER}：演示的数和真的数不能放在一起。请拿走演示的文件。")


def _refuse_told_twice(content: Path, files: Iterable[PublishedFile]) -> None:
    """Keep what was said: each number stands in one file."""
    seen: dict[tuple[str, str], date] = {}
    for file in files:
        for kind, row in _rows(file):
            first = seen.setdefault((kind, _said(row)), file.day)
            if first != file.day:
                path = path_of(content, file.day)
                raise DataError(f"{path}：{_said(row)} 在 {first}.json 里已经公布过，不能再公布。")


def _rows(file: PublishedFile) -> Iterator[tuple[str, Number | MedianDays]]:
    yield from (("number", row) for row in file.numbers)
    yield from (("median", row) for row in file.medians)
