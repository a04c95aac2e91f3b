"""How many wait in each lane, and whether a page's rows still stand so: asked each minute or so.

Whoever watches the line must not learn from it that something came: the answer is as long, and
comes as late, whatever there is. It holds no reference and no word.
"""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from .lane_counts import Counts
from .listing import QueuePage

FLOOR: Final = 0.08
"""Seconds after which an answer leaves at the earliest: beyond the bound of a page of the queue."""
_WIDTH: Final = 3
_MARK: Final = 16


def mark_of(page: QueuePage) -> str:
    """Make a text that is another one as soon as any row of a page shows something else."""
    shown = [repr(row) for row in page.rows] + [str(page.next)]
    return sha256("\n".join(shown).encode()).hexdigest()[:_MARK]


def pulse(counts: Counts, page: QueuePage, counted: Callable[[int], str]) -> dict[str, Any]:
    """Collect the answer; each number takes as much room as the widest."""
    lanes = {lane.value: counted(count).rjust(_WIDTH) for lane, count in counts.by_lane.items()}
    return {"counts": lanes, "mark": mark_of(page)}


def wait_from(began: float) -> None:
    """Hold an answer back until it is as late as all others."""
    time.sleep(max(0.0, began + FLOOR - time.monotonic()))
