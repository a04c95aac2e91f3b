"""Tells a tip's unit up to where its answers came, so that one held back shows on the desk.

The newest answer is the one that no chain protects: taken away, it looks as if there were none yet.
The reporter can't see that; the unit can, once it knows what they saw.
"""

from collections.abc import Sequence
from datetime import date

from ..app_state import app_state
from ..sealing.seen import Seen, seal_seen
from ..vault import vault
from .thread import Entry, MessageRow
from .visit import Visit


def note(lookup: bytes, box: bytes) -> None:
    """Keep a box until the next turn of the sweep. The same work for any lookup."""
    vault().sightings.note(app_state().peppered(lookup), box)


def note_visit(visit: Visit) -> None:
    """Keep what a page without scripts shows; of one that is thrown away, a box of nobody."""
    shown = visit.shown.mail
    if shown is None:
        raise ValueError("a visit without mail and without a decoy")
    told = last_seen(visit.entries, shown.rows, visit.day)
    note(visit.keys.lookup, seal_seen(visit.keys.talk, shown.tip.reference, told))


def last_seen(entries: Sequence[Entry], rows: Sequence[MessageRow], day: date) -> Seen:
    """Find the last answer up to which everything opened and stands in its place.

    What comes after a gap was read in doubt: the unit shall look at the gap.
    """
    number = 0
    for entry in entries:
        if entry.trouble:
            break
        if entry.side == "staff":
            number = entry.number
    digests = {row.number: row.digest for row in rows}
    return Seen(number, day, digests[number] if number else "")
