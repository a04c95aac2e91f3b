"""The page 有人要离开: who leaves, what is left to do, whose turn it is, what stays as it is."""

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db, today
from ...models import Departure
from ...renewal.guard import standings
from . import checklist
from . import services as departure
from .checklist import Checklist, Step
from .words import STEPS

bp = Blueprint("departures", __name__, url_prefix="/desk/departures")

Answer = str | BaseResponse | tuple[str, int]


class LeavingForm(FlaskForm):  # type: ignore[misc]
    """Who leaves, and on which day they work for the last time."""

    class Meta:
        # The guard of staff pages checks the token of every post.
        csrf = False

    member = SelectField(validate_choice=False, validators=[InputRequired()])
    last_day = DateField(validators=[InputRequired()])

    def __init__(self) -> None:
        super().__init__()
        self.member.label.text = _("谁要离开")
        self.member.validators = [InputRequired(_("请选谁要离开。"))]
        people = departure.candidates(db.reading, g.staff)
        titles = {unit.id: unit.zh for unit in app_state().district.units.values()}
        self.member.choices = [("", _("请选"))] + [
            (str(row.id), f"{row.name}（{titles.get(row.unit_id or '', '')}）") for row in people
        ]
        self.last_day.label.text = _("最后工作日")
        self.last_day.validators = [InputRequired(_("请写最后工作日：年、月、日。"))]


@bp.get("/")
@may(Act.DEPART)
def show_all() -> str:
    """List who leaves, and ask who else does."""
    return _list(LeavingForm())


@bp.post("/")
@may(Act.DEPART)
def begin() -> Answer:
    """Write down that a holder leaves; from then on the page leads from step to step."""
    form = LeavingForm()
    if not form.validate_on_submit() or form.last_day.data is None:
        return _list(form), 422
    number = form.member.data if str(form.member.data).isdecimal() else "0"
    try:
        row = departure.begin(db.session, int(number), form.last_day.data, by=g.staff)
    except departure.BadDay:
        return _refused(form, _("最后工作日不能在今天以前，也不能在一年以后。"), 422)
    except departure.AlreadyLeaving:
        return _refused(form, _("已经有人登记过了，请看下面的清单。"), 409)
    except departure.NoHolder:
        return _refused(form, _("这个人没有本单位在用的密钥，不用先换。停用就行。"), 409)
    departure_id = row.id
    db.session.commit()
    standings().forget()
    return redirect(url_for(".show", departure_id=departure_id), 303)


@bp.get("/<int:departure_id>")
@may(Act.DEPART)
def show(departure_id: int) -> str:
    """Show how far it is."""
    return _page(departure.read(db.reading, departure_id, g.staff) or abort(404))


@bp.post("/<int:departure_id>/off")
@may(Act.DEPART)
def call_off(departure_id: int) -> Answer:
    """Let the member stay."""
    return _end(departure_id, departure.call_off)


@bp.post("/<int:departure_id>/done")
@may(Act.DEPART)
def finish(departure_id: int) -> Answer:
    """Put the list away, once nothing is left on it."""
    return _end(departure_id, departure.finish)


def _end(departure_id: int, act: object) -> Answer:
    row = departure.read(db.session, departure_id, g.staff, lock=True) or abort(404)
    try:
        act(db.session, row, by=g.staff)  # type: ignore[operator]
    except departure.Settled:
        return _told(departure_id, _("这件事已经有人办过了，或者这个人已经停用。"))
    except departure.NotDone:
        return _told(departure_id, _("还没有办完，请看下面还差什么。"))
    db.session.commit()
    standings().forget()
    return redirect(url_for(".show", departure_id=departure_id), 303)


def _told(departure_id: int, problem: str) -> Answer:
    db.session.rollback()
    row = departure.read(db.reading, departure_id, g.staff) or abort(404)
    return _page(row, problem), 409


def _refused(form: LeavingForm, problem: str, status: int) -> Answer:
    db.session.rollback()
    form.form_errors.append(problem)
    return _list(form), status


def _list(form: LeavingForm) -> str:
    rows = departure.read_open(db.reading, g.staff)
    return render_template(
        "members/departures.html",
        form=form,
        rows=[(row, checklist.read(db.reading, row)) for row in rows],
        steps=STEPS,
        titles={unit.id: unit.zh for unit in app_state().district.units.values()},
        today=today(),
    )


def _page(row: Departure, problem: str = "") -> str:
    found = checklist.read(db.reading, row)
    return render_template(
        "members/departure.html",
        row=row,
        list=found,
        way=_way(row, found),
        steps=STEPS,
        unit=app_state().district.units.get(row.unit_id),
        may_publish=app_state().config.keys_by_desk,
        may_suspend=is_allowed(Act.SUSPEND, g.staff.roles),
        problem=problem,
        today=today(),
    )


def _way(row: Departure, found: Checklist) -> list[tuple[Step, str]]:
    """List the steps of this departure, each done, now or later."""
    way = [Step.MAKE, Step.CONFIRM, Step.PUBLISH, Step.SUSPEND]
    if row.last_day is None:
        way = [Step.SUSPEND, *way[:3]]
    way += [Step.RESEAL, Step.CHECK, Step.RETIRE]
    if found.step in (Step.HAND_OVER, Step.RECOVER):
        way[way.index(Step.MAKE) : way.index(Step.MAKE)] = [found.step]
    if found.step is Step.DONE:
        return [(step, "done") for step in way]
    now = way.index(found.step)
    return [(s, "done" if n < now else "now" if n == now else "later") for n, s in enumerate(way)]
