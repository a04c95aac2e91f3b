"""The page 在办: what waits in the unit, since when, and who has how many in hand."""

from datetime import timedelta
from typing import Any, Final

from flask import g, render_template
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db, today
from .. import words
from ..blueprint import Answer, bp
from ..duty.shifts import gaps_of, read_roster
from ..queue import words as queue_words
from ..queue.lanes import Lane, Viewer
from ..queue.side import read_around
from ..queue.views import this_viewer
from ..referral.listing import read_referrals
from ..reviews import ReviewCounts, read_reviews
from .reading import read_oldest

_SHOWN_DAYS: Final = 90
"""For how long the page shows how reviews came out."""


@bp.get("/backlog/")
@may(Act.BACKLOG)
def backlog() -> Answer:
    """Show a head or a dispatcher what their unit has in hand."""
    viewer = this_viewer()
    return render_template(
        "desk/backlog.html",
        Lane=Lane,
        **db.listed(lambda session: _read(session, viewer)),
        shown_days=_SHOWN_DAYS,
        heads=is_allowed(Act.ROSTER, g.staff.roles),
        here=queue_words,
        words=words,
        today=today(),
    )


def _read(session: Session, viewer: Viewer) -> dict[str, Any]:
    counts, side = read_around(session, viewer, with_load=True)
    return {
        "counts": counts,
        "colleagues": side.colleagues,
        "oldest": read_oldest(session, viewer),
        "endings": _endings(session, viewer.unit_id),
        "outside": read_referrals(session, viewer.unit_id, viewer.member_id),
        "gaps": gaps_of(read_roster(session, viewer.unit_id, viewer.today)),
    }


def _endings(session: Session, unit_id: str) -> ReviewCounts:
    """Count what waits for a second person, and how a quarter's reviews came out."""
    day, days = today(), app_state().district.reviews.answer_days
    return read_reviews(
        session, unit_id, day=day, answer_days=days, since=day - timedelta(days=_SHOWN_DAYS)
    )
