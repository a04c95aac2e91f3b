"""The page on which a head sets a whole week of the duty roster, one tick for each shift."""

from datetime import date, timedelta
from typing import Any, Final

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ...access.permissions import Act, may
from ...audit.log import record
from ...db import db, today
from ..blueprint import Answer
from . import shifts, week
from .views import bp, weekdays

_FAR: Final = 1_000
"""Days from today beyond which nobody means the week that stands in an address."""


@bp.get("/week")
@may(Act.ROSTER)
def show_week() -> Answer:
    """Show one week with a box for each member and day; the one that is asked for, or the next."""
    monday = _asked(request.args.get("from", ""))
    standing = week.read_week(db.reading, g.staff.unit_id, monday)
    return _page(monday, standing, seen=week.stamp_of(standing))


@bp.post("/week")
@may(Act.ROSTER)
def set_week() -> Answer:
    """Put exactly the ticked members on the days of the week."""
    monday = _asked(request.form.get("from", ""))
    ticked = {day: _ticked(day) for day in week.days_of(monday)}
    seen = request.form.get("seen", "")
    try:
        week.set_week(db.session, g.staff.unit_id, ticked=ticked, seen=seen, today=today())
    except week.Outdated:
        return _again(monday, ticked, _("刚刚有人改过这一周。您选的还在，看一下再按一次。"), 409)
    except shifts.BadDay:
        return _again(monday, ticked, _("日期要在今天以后、一年以内。"), 422)
    except shifts.NotOnThisRoster:
        return _again(monday, ticked, _("有人不能值班了。请重新选。"), 422)
    record(
        db.session,
        "duty_week",
        by=g.staff.name,
        unit_id=g.staff.unit_id,
        detail=monday.isoformat(),
    )
    db.session.commit()
    return redirect(url_for("duty.show_duty"), 303)


def _asked(text: str) -> date:
    """Read the Monday of the week that is meant; without a day, of the next one."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today() + timedelta(days=week.DAYS)
    near = abs((asked - today()).days) <= _FAR
    return week.monday_of(asked if near else today())


def _ticked(day: date) -> frozenset[int]:
    numbers = request.form.getlist(day.isoformat())
    return frozenset(int(text) for text in numbers if text.isascii() and text.isdigit())


def _again(monday: date, ticked: week.Ticked, problem: str, status: int) -> Answer:
    """Show what was ticked once more, held against the week as it stands now."""
    db.session.rollback()
    db.reading.rollback()
    standing = week.read_week(db.reading, g.staff.unit_id, monday)
    page = _page(monday, ticked, seen=week.stamp_of(standing), problem=problem)
    return str(page), status


def _page(monday: date, ticked: week.Ticked, *, seen: str, problem: str = "") -> str:
    here: dict[str, Any] = {"monday": monday, "ticked": ticked, "seen": seen, "problem": problem}
    return render_template(
        "desk/duty_week.html",
        **here,
        days=week.days_of(monday),
        today=today(),
        before=monday - timedelta(days=week.DAYS),
        after=monday + timedelta(days=week.DAYS),
        weekdays=weekdays(),
        people=shifts.candidates(db.reading, g.staff.unit_id),
    )
