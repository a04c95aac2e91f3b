"""Keeps what reporters' browsers say they have seen: boxes that nothing here can read or make.

A look at the mailbox writes nothing by itself: its moment would stand in the database's journal,
and the time of a write would tell a known receipt from an unknown one. Boxes wait in memory and
are written once an hour, all together, in the order of random keys. A process that is killed loses
those that wait; the next look brings another.
"""

import secrets
import threading
from collections.abc import Mapping
from itertools import islice
from typing import Final, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from ..models import Tip
from ..sealing.seen import blank

MOST: Final = 4096
"""Boxes that wait in one process. Beyond that a random one gives way, so that nobody who floods
chooses which."""
_BATCH: Final = 500


class Sightings:
    """The boxes of one process that are not written yet, by peppered lookup."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boxes: dict[bytes, bytes] = {}

    def note(self, lookup: bytes, box: bytes) -> None:
        """Put a box over the last one. The same work whatever lies under the lookup."""
        with self._lock:
            if len(self._boxes) >= MOST and lookup not in self._boxes:
                place = secrets.randbelow(len(self._boxes))
                del self._boxes[next(islice(self._boxes, place, None))]
            self._boxes[lookup] = box

    def take(self) -> dict[bytes, bytes]:
        """Give what waits, and wait for other."""
        with self._lock:
            taken, self._boxes = self._boxes, {}
        return taken


_TIP = cast(Table, Tip.__table__)
_OWN = update(_TIP).where(_TIP.c.id == bindparam("tip")).values(seen=bindparam("box"))
# Past the mapper: the tip's version stays, for who is deciding has seen the same words.
_MAKE_ROOM = _OWN.where(_TIP.c.seen.is_(None))
_PUT = _OWN.where(_TIP.c.seen.is_not(None))


def make_room(session: Session, tip_id: int) -> None:
    """Put random bytes where the box will lie, with the first answer. The caller commits.

    From then on the column is never empty, and tells nothing of whether anybody came.
    """
    session.connection().execute(_MAKE_ROOM, {"tip": tip_id, "box": blank()})


def find_tips(session: Session, boxes: Mapping[bytes, bytes]) -> dict[int, bytes]:
    """Find for which tips boxes are meant; those of no tip, or of none with an answer, fall out."""
    lookups, found = list(boxes), dict[int, bytes]()
    for start in range(0, len(lookups), _BATCH):
        some = lookups[start : start + _BATCH]
        query = select(Tip.id, Tip.lookup).where(Tip.lookup.in_(some), Tip.seen.is_not(None))
        found |= {row.id: boxes[row.lookup] for row in session.execute(query)}
    return found


def write(session: Session, found: Mapping[int, bytes]) -> None:
    """Write boxes, one at least, over the last ones, in the order of the tips' random keys.

    The caller commits.
    """
    rows = [{"tip": tip_id, "box": found[tip_id]} for tip_id in sorted(found)]
    session.connection().execute(_PUT, rows)
