"""The page 催办: for reviewers of a unit, and for the unit that watches over others."""

from datetime import date

from flask import g, render_template

from ...access.permissions import Act, may
from ...app_state import app_state
from ...db import db, today
from ...deadlines.rules import calendar_gap
from ...district.data import District
from .. import words
from ..blueprint import Answer, bp
from ..reviews import AskedRow, waiting_rows
from .overdue import (
    SHOWN,
    leaving_soon,
    others_overdue,
    own_overdue,
)
from .words import LEVEL, late_word


def _late_asks(district: District, day: date) -> list[AskedRow]:
    """List the ends that wait for a second person, and that nobody answers."""
    rows = waiting_rows(
        db.reading,
        g.staff.unit_id,
        g.staff.member_id,
        day=day,
        answer_days=district.reviews.answer_days,
    )
    return [row for row in rows if row.is_late]


@bp.get("/overdue/")
@may(Act.EXTEND)
def overdue() -> Answer:
    """Show what is overdue: who may give more time must see what ran out."""
    district, day, unit_id = app_state().district, today(), g.staff.unit_id
    keeping = district.clocks.retention
    return render_template(
        "desk/overdue.html",
        own=own_overdue(db.reading, unit_id, day, g.staff.member_id),
        others=others_overdue(db.reading, district, unit_id, day),
        leaving=leaving_soon(db.reading, unit_id, day, keeping.notice_days, g.staff.member_id),
        waiting=_late_asks(district, day),
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
