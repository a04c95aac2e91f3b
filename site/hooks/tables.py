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
    wide = len(one.columns) > 1
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
    """Draw a table of numbers as bars, with the table itself beside them.

    Names stand above their bars as words of the page, which find their way on a narrow screen; all
    of it together is one picture to who listens, and the table tells it.
    """
    numbers = [_number(value) for row in one.rows for value in row.values]
    most = max((number for number in numbers if number is not None), default=1)
    say_it, missing = say(BESIDE, language), say(WITHHELD, language)
    lines = [bars.key(one.columns)] if len(one.columns) > 1 else []
    for row in one.rows:
        drawn = bars.Bars("", tuple(map(_number, row.values)))
        lines += [
            f"<div>{escape(row.name)}</div>",
            bars.draw([drawn], label=say_it, missing=missing, most=most),
        ]
    return (
        f'<figure class="chart">\n<div role="img" aria-label="{say_it}">\n'
        f"{chr(10).join(lines)}\n</div>\n{table(one, language)}\n</figure>"
    )


def _number(value: Value) -> int | None:
    """Words are no length: a chart is made of numbers alone."""
    return value if isinstance(value, int) else None
