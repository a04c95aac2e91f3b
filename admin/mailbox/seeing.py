"""Tells a tip's unit up to where its answers came, so that one held back shows on the desk.

The newest answer is the one that no chain protects: taken away, it looks as if there were none yet.
The reporter can't see that; the unit can, once it knows what they saw.
"""

from collections.abc import Sequence

from flask import Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from ..db import db, today
from ..house import house
from ..sealing.seen import Seen, seal_seen
from ..vault import seen
from .thread import Entry, Row
from .visit import Visit


def keep_after(response: Response, lookup: bytes, box: bytes) -> Response:
    """Keep a box once the answer is out: its time tells nothing of what lies under the lookup.

    A box that could not be written is lost: the next visit brings another.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    peppered = house().peppered(lookup)

    def write() -> None:
        with app.app_context():
            try:
                _keep(peppered, box)
            except SQLAlchemyError as error:
                app.logger.error("seen was not kept: %s", type(error).__name__)

    response.call_on_close(write)
    return response


def _keep(peppered: bytes, box: bytes) -> None:
    # Read first: most receipts have no answer yet, and a writer would make others wait.
    if seen.has_room(db.reading, peppered) and seen.keep(db.session, peppered, box):
        db.session.commit()


def box_of(visit: Visit) -> bytes:
    """Make the box of a visit without scripts; where nothing was found, one of nobody."""
    shown = visit.shown.mail
    if shown is None:
        raise ValueError("a visit without mail and without a decoy")
    told = last_seen(visit.entries, shown.rows)
    return seal_seen(visit.keys.talk, shown.tip.reference, told)


def last_seen(entries: Sequence[Entry], rows: Sequence[Row]) -> Seen:
    """Find the last answer that opened and stands in its place."""
    read = [entry.number for entry in entries if entry.side == "staff" and not entry.trouble]
    number = max(read, default=0)
    digests = {row.number: row.digest for row in rows}
    return Seen(number, today(), digests[number] if number else "")
