"""QR codes as one SVG path, the same bytes each time (used by posters.py and sheets.py)."""

from __future__ import annotations

from itertools import groupby

import segno

# The white margin that readers of QR codes need, in modules.
QUIET = 4


def code(address: str, mask: int | None = None) -> tuple[int, str]:
    """Give the side of the square in modules, margin included, and the path of its dark part.

    Any of the eight masks can be read. To find the best takes six times as long as to draw one.
    """
    rows = segno.make(address, micro=False, error="m", mask=mask).matrix
    path = "".join(row(values, y) for y, values in enumerate(rows, QUIET))
    return len(rows) + 2 * QUIET, path


def row(values: bytearray, y: int) -> str:
    """Draw each run of dark modules as one rectangle."""
    path, x = "", QUIET
    for dark, run in groupby(values):
        length = len(list(run))
        path += f"M{x} {y}h{length}v1h-{length}z" if dark else ""
        x += length
    return path
