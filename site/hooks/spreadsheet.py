"""A publication as CSV: what its JSON file says, a number on each line, with names to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from admin.reading.published import PublishedFile

ALL = "all"
# An office's program for tables takes the file for UTF-8 only where this mark stands first.
MARK = "\ufeff"
COLUMNS = (
    *("published", "kind", "measure", "measure_zh", "measure_en", "period"),
    *("group", "group_zh", "group_en", "value"),
)


def as_csv(file: PublishedFile) -> str:
    """Write all rows; the value of a number that is withheld is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(file))
    return MARK + text.getvalue()


def _rows(file: PublishedFile) -> Iterator[tuple[str, ...]]:
    measures = {one.id: (one.zh, one.en) for one in file.measures}
    groups = {one.id: (one.zh, one.en) for one in file.groups} | {ALL: ("全部", "All")}
    kinds = (("number", file.numbers), ("median", file.medians))
    for kind, rows in kinds:
        for row in rows:
            value = "" if row.value is None else str(row.value)
            named = (row.measure, *measures[row.measure], row.period)
            yield (f"{file.day}", kind, *named, row.group, *groups[row.group], value)
