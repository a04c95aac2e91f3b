"""The page 催办: for reviewers of a unit, and for the unit that watches over others."""

from flask import g, render_template

from ...access.permissions import Act, may
from ...app_state import app_state
from ...db import db, today
from ...deadlines.rules import calendar_gap
from .. import words
from ..blueprint import Answer, bp
from .overdue import (
    SHOWN,
    leaving_soon,
    others_overdue,
    own_overdue,
)
from .words import LEVEL, late_word


@bp.get("/overdue/")
@may(Act.EXTEND)
def overdue() -> Answer:
    """Show what is overdue: who may give more time must see what ran out."""
    district, day, unit_id = app_state().district, today(), g.staff.unit_id
    keeping = district.clocks.retention
    return render_template(
        "desk/overdue.html",
        own=own_overdue(db.reading, unit_id, day),
        others=others_overdue(db.reading, district, unit_id, day),
        leaving=leaving_soon(db.reading, unit_id, day, keeping.notice_days),
        notice_days=keeping.notice_days,
        gap=calendar_gap(district.clocks, day),
        rules={rule.id: rule.zh for rule in district.clocks.rules},
        units=district.units,
        levels=LEVEL,
        today=day,
        late_word=late_word,
        shown=SHOWN,
        words=words,
    )
