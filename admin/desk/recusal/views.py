"""Says before the first opening that one has no part in a tip, or at any time that one has."""

from flask import Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ...access.permissions import Act, may, refuse
from ...app_state import app_state
from ...audit.log import record
from ...db import db
from ...renewal.guard import standings
from ...vault import readers
from ..blueprint import Answer, bp
from ..loading import locked_tip
from .services import Lifted, NotTheirs, lift, recuse, told_to


@bp.post("/tips/<string:reference>/clear")
@may(Act.OPEN)
def clear_tip(reference: str) -> Response:
    """Keep that the member has no part in a tip: once, before they open it for the first time."""
    tip = locked_tip(reference)
    if readers.clear(db.session, tip, g.staff.member_id):
        about = {"unit_id": tip.unit_id, "reference": tip.reference}
        record(db.session, "cleared", by=g.staff.name, **about)
    db.session.commit()
    return jsonify(cleared=True)


@bp.post("/tips/<string:reference>/recusal")
@may(Act.RECUSE)
def recuse_me(reference: str) -> Answer:
    """Hide a tip from the member who has a part in it."""
    recuse(db.session, locked_tip(reference), actor=g.staff)
    db.session.commit()
    standings().forget()
    return redirect(url_for(".queue", said="recused"), 303)


@bp.get("/recusals/")
@may(Act.RECUSALS)
def recusals() -> Answer:
    """Show a head who has a part in which tip."""
    return _page()


@bp.post("/recusals/<int:recusal_id>/lift")
@may(Act.RECUSALS)
def lift_recusal(recusal_id: int) -> Answer:
    """Let a member see a tip again."""
    try:
        lift(db.session, app_state().district, recusal_id, by=g.staff)
    except NotTheirs:
        refuse(Act.RECUSALS)
    except Lifted:
        return _page(_("这一条已经取消过了。")), 409
    db.session.commit()
    standings().forget()
    return redirect(url_for(".recusals", done="yes"), 303)


def _page(problem: str = "") -> str:
    return render_template(
        "desk/recusals.html",
        rows=told_to(db.reading, app_state().district, g.staff),
        units=app_state().district.units,
        problem=problem,
        done=request.args.get("done", ""),
    )
