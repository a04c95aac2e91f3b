"""The practice unit's own page: put invented tips into its queue, and clear them away."""

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ..access.permissions import Act, may
from ..app_state import app_state
from ..audit.log import record
from ..counts.reading import counted_units
from ..db import db
from ..sealing.receipt import grouped
from ..vault.practice import NoPracticeKey, Sample, clear_practice, store_samples
from .blueprint import Answer

bp = Blueprint("desk_practice", __name__, url_prefix="/desk/practice")


@bp.get("/")
@may(Act.QUEUE)
def show_practice() -> Answer:
    """Show what practice is for; other units have no such page."""
    _practice_unit()
    return render_template("desk/practice.html", stored=[], problem="")


@bp.post("/fill")
@may(Act.ENTER)
def fill() -> Answer:
    """Put the invented tips into the queue, and show their receipts this once."""
    unit_id, here = _practice_unit(), app_state()
    samples = [Sample(tip.lesson, tip.fields) for tip in here.district.practice_tips]
    try:
        stored = store_samples(
            db.session, unit_id, samples, site_id=here.site_id, peppered=here.peppered
        )
    except NoPracticeKey:
        problem = _("练习组还没有密钥。请先到“本单位”页生成一把。")
        return render_template("desk/practice.html", stored=[], problem=problem), 409
    record(db.session, "practice_filled", by=g.staff.name, unit_id=unit_id)
    db.session.commit()
    return render_template("desk/practice.html", stored=stored, problem="", grouped=grouped)


@bp.post("/clear")
@may(Act.BULK)
def clear() -> BaseResponse:
    """Delete all practice tips."""
    unit_id = _practice_unit()
    clear_practice(db.session, unit_id)
    record(db.session, "practice_cleared", by=g.staff.name, unit_id=unit_id)
    db.session.commit()
    return redirect(url_for("desk_practice.show_practice"), 303)


def _practice_unit() -> str:
    """Give the member's unit, provided that it is one for practice: no other is ever filled.

    Nor emptied: one that was counted has had tips that are real, whatever its mark says now.
    """
    unit = app_state().district.units.get(g.staff.unit_id or "")
    if unit is None or not unit.practice or counted_units(db.reading, [unit.id]):
        abort(404)
    return unit.id
