"""The duty page: who is on duty for P0, and what one shift tells the next."""

from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired

from ...access.permissions import (
    Act,
    is_allowed,
    may,
)
from ...app_state import app_state
from ...audit.log import record
from ...clock import seconds
from ...db import (
    SHANGHAI,
    db,
    today,
)
from ...renewal.guard import old_key
from .. import words
from ..answers import refused
from ..blueprint import Answer
from ..forms import SealedField
from . import shifts

bp = Blueprint("duty", __name__, url_prefix="/desk/duty")


class ShiftForm(FlaskForm):  # type: ignore[misc]
    """One day of one member."""

    day = DateField(_l("哪一天"), [InputRequired(_l("请选一天。"))])
    member = SelectField(_l("谁值班"), [InputRequired(_l("请选一个人。"))], coerce=int)

    def __init__(self, unit_id: str) -> None:
        super().__init__()
        self.member.choices = [
            (member.id, member.name) for member in shifts.candidates(db.reading, unit_id)
        ]
        # The service judges who may be on duty, and says it in our words.
        self.member.validate_choice = False


class HandoverForm(FlaskForm):  # type: ignore[misc]
    """A note to the next shift, sealed in the browser to the unit's key."""

    sealed = SealedField(_l("交班记录"))
    key = StringField()
    """Names the unit's key that it was sealed to."""


@bp.get("/")
@may(Act.QUEUE)
def show_duty() -> Answer:
    """Show the roster of two weeks and the last hand-over notes, still sealed."""
    return _page(ShiftForm(g.staff.unit_id))


@bp.post("/shifts")
@may(Act.ROSTER)
def add_shift() -> Answer:
    """Put a member on duty for a day."""
    form = ShiftForm(g.staff.unit_id)
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        shifts.put_on_duty(
            db.session,
            g.staff.unit_id,
            member_id=form.member.data,
            day=form.day.data or today(),
            today=today(),
        )
    except shifts.BadDay:
        form.day.errors = [_("日期要在今天以后、一年以内。")]
        return _page(form, 422)
    except shifts.NotOnThisRoster:
        form.member.errors = [_("这个人不能值班。请选本单位能看线索的人。")]
        return _page(form, 422)
    _audit("duty_set")
    return _back()


@bp.post("/shifts/<int:shift>/remove")
@may(Act.ROSTER)
def remove_shift(shift: int) -> Answer:
    """Take a shift off the roster."""
    if not shifts.take_off_duty(db.session, g.staff.unit_id, shift):
        abort(404)
    _audit("duty_removed")
    return _back()


@bp.post("/shifts/repeat")
@may(Act.ROSTER)
def repeat_week() -> Answer:
    """Put the people of the last seven days on the next seven."""
    shifts.repeat_week(db.session, g.staff.unit_id, today=today())
    _audit("duty_repeated")
    return _back()


@bp.post("/notes")
@may(Act.HANDOVER)
def add_note() -> Answer:
    """Keep a hand-over note; it comes sealed, and answers as the scripts expect."""
    form = HandoverForm()
    if not form.validate_on_submit():
        return refused(form)
    try:
        shifts.add_handover(
            db.session,
            g.staff.unit_id,
            key=form.key.data or "",
            by=g.staff.name,
            sealed=form.sealed.data or b"",
            now=seconds(),
        )
    except shifts.OldKey:
        return old_key()
    _audit("handover_written")
    return _back()


def _audit(act: str) -> None:
    record(db.session, act, by=g.staff.name, unit_id=g.staff.unit_id)
    db.session.commit()


def _back() -> BaseResponse:
    return redirect(url_for("duty.show_duty"), 303)


def _page(form: ShiftForm, status: int = 200) -> tuple[str, int]:
    db.session.rollback()
    unit_id, day = g.staff.unit_id, today()
    roster = shifts.read_roster(db.reading, unit_id, day)
    page = render_template(
        "desk/duty.html",
        form=form,
        roster=roster,
        gaps=shifts.gaps_of(roster),
        today=day,
        weekdays=weekdays(),
        notes=shifts.read_handovers(db.reading, unit_id) if _reads() else [],
        reads=_reads(),
        heads=is_allowed(Act.ROSTER, g.staff.roles),
        moment=moment,
        browser_words=words.browser_words(app_state().district),
    )
    return page, status


def _reads() -> bool:
    return is_allowed(Act.HANDOVER, g.staff.roles)


def moment(seconds: int) -> str:
    """Say when a staff act was, in Shanghai's time."""
    return f"{datetime.fromtimestamp(seconds, SHANGHAI):%m-%d %H:%M}"


def weekdays() -> dict[int, str]:
    """Name the days of the week as `date.weekday` counts them."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return dict(enumerate(str(name) for name in names))
