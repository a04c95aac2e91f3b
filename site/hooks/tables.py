"""Tables of published numbers, and bars beside them: one row of values makes both.

How bars are drawn, `reading.drawing` says for all who draw them.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from sayings import say

from admin.reading.drawing import bars

WITHHELD = {"zh": "不公布", "en": "withheld"}
BESIDE = {"zh": "横条图，数和旁边的表一样", "en": "Bars; the numbers are those of the table"}
Value = int | str | None


class Row(NamedTuple):
    """A name, and a number for each column; None is one that is not published."""

    name: str
    values: tuple[Value, ...]


class Table(NamedTuple):
    caption: str
    first: str
    """What the names of the rows are."""
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def shown(value: Value, language: str) -> str:
    return say(WITHHELD, language) if value is None else escape(str(value))


def table(one: Table, language: str) -> str:
    """Write a table that a small screen shows row by row where it has many columns."""
    wide = len(one.columns) > 2
    kind = ' class="table--stack"' if wide else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (one.first, *one.columns))
    body = "\n".join(_row(row, one.columns if wide else (), language) for row in one.rows)
    return (
        f"<table{kind}><caption>{escape(one.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def _row(row: Row, heads: tuple[str, ...], language: str) -> str:
    cells = "".join(
        f"<td{_head(heads, place)}>{shown(value, language)}</td>"
        for place, value in enumerate(row.values)
    )
    return f'<tr><th scope="row">{escape(row.name)}</th>{cells}</tr>'


def _head(heads: tuple[str, ...], place: int) -> str:
    return f' data-head="{escape(heads[place])}"' if heads else ""


def chart(one: Table, language: str) -> str:
    """Draw a table of numbers as bars, with the table itself beside them."""
    rows = [bars.Row(row.name, tuple(map(_number, row.values))) for row in one.rows]
    label, missing = say(BESIDE, language), say(WITHHELD, language)
    key = bars.key(one.columns) + "\n" if len(one.columns) > 1 else ""
    return (
        f'<figure class="chart">\n<div>{key}{bars.draw(rows, label=label, missing=missing)}</div>\n'
        f"{table(one, language)}\n</figure>"
    )


def _number(value: Value) -> int | None:
    """Words are no length: a chart is made of numbers alone."""
    return value if isinstance(value, int) else None
