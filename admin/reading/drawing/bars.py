"""Horizontal bars as an SVG within the page: the site and the desk draw theirs with it.

The table of the same numbers stands beside a picture and is what is read aloud. All bars begin at
nothing and share one scale; a number that is not told is a word, never a bar of no length. Lengths
are in the size of type and in shares of the width, so that a picture grows with 长辈版 and fits a
small screen. The first kind of bars is filled, the second an outline, which paper without colours
keeps. No style and no id, so that several stand in one page and a strict CSP lets them.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

LONGEST: Final = 74
"""The longest bar, in hundredths of the width: the number behind it needs the rest."""
# In the size of type: a row's name, a bar, the gap below it, and the space between rows.
NAME, BAR, GAP, BETWEEN = 1.35, 0.9, 0.25, 0.55
KINDS: Final = ("full", "half")
"""The class of each kind of bars, for style sheets."""


class Bars(NamedTuple):
    """A name, and what each kind of bars counts of it; None is not told."""

    name: str
    values: tuple[int | None, ...]


def draw(rows: Sequence[Bars], *, label: str, missing: str = "—", most: int | None = None) -> str:
    """Draw the rows, each number behind its bar; `most` is the end of the scale."""
    known = [value for row in rows for value in row.values if value is not None]
    scale = max([1, *known] if most is None else [1, most, *known])
    kinds = max((len(row.values) for row in rows), default=1)
    # Who writes the names beside the picture leaves no room for them in it.
    name = NAME if any(row.name for row in rows) else 0
    height = name + kinds * (BAR + GAP) + BETWEEN
    marks = "\n".join(
        mark
        for place, row in enumerate(rows)
        for mark in _marks(row, place * height, name, scale, escape(missing))
    )
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="100%" '
        f'height="{len(rows) * height:.2f}em">\n{marks}\n</svg>'
    )


def key(names: Sequence[str]) -> str:
    """Say which kind of bars is which."""
    parts = (
        f'<span><svg aria-hidden="true" width="1em" height="1em">'
        f'<rect class="{kind}" width="100%" height="100%"/></svg> {escape(name)}</span>'
        for kind, name in zip(KINDS, names, strict=False)
    )
    return f'<div class="key">{" ".join(parts)}</div>'


def _marks(row: Bars, top: float, name: float, scale: int, missing: str) -> Iterator[str]:
    if name:
        yield f'<text y="{top + 1:.2f}em">{escape(row.name)}</text>'
    for place, (kind, value) in enumerate(zip(KINDS, row.values, strict=False)):
        y = top + name + place * (BAR + GAP)
        text = f'y="{y + BAR - 0.1:.2f}em"'
        if value is None:
            yield f"<text {text}>{missing}</text>"
            continue
        length = f"{LONGEST * value / scale:.1f}%"
        if value:
            yield f'<rect class="{kind}" y="{y:.2f}em" width="{length}" height="{BAR}em"/>'
        yield f'<text x="{length}" dx=".4em" {text}>{value}</text>'
