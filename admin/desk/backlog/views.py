"""The page 在办: what waits in the unit, since when, and who has how many in hand."""

from flask import g, render_template

from ...access.permissions import Act, is_allowed, may
from ...db import db, today
from .. import words
from ..blueprint import Answer, bp
from ..duty.shifts import gaps_of, read_roster
from ..queue import words as queue_words
from ..queue.lanes import Lane
from ..queue.side import read_around
from ..queue.views import this_viewer
from .reading import read_endings, read_oldest


@bp.get("/backlog/")
@may(Act.BACKLOG)
def backlog() -> Answer:
    """Show a head or a dispatcher what their unit has in hand."""
    viewer = this_viewer()
    counts, side = read_around(db.reading, viewer, with_load=True)
    return render_template(
        "desk/backlog.html",
        Lane=Lane,
        counts=counts,
        colleagues=side.colleagues,
        oldest=read_oldest(db.reading, viewer),
        endings=read_endings(db.reading, viewer.unit_id),
        gaps=gaps_of(read_roster(db.reading, viewer.unit_id, today())),
        heads=is_allowed(Act.ROSTER, g.staff.roles),
        here=queue_words,
        words=words,
        today=today(),
    )
