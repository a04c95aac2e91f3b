"""The page on which an administrator enters as whom the gate must name a member."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.validators import Length

from ...access.overview import read_members
from ...access.permissions import Act, may
from ...app_state import app_state
from ...audit.log import record
from ...db import db
from ...models import Member

bp = Blueprint("gate_names", __name__, url_prefix="/desk/admin/gate")

_MOST = 200


class GateNameForm(FlaskForm):  # type: ignore[misc]
    """One member, and the name that the gate knows; an empty one unbinds."""

    class Meta:
        # The guard of staff pages checks the token of every post.
        csrf = False

    member = SelectField(coerce=int)
    name = StringField(validators=[Length(max=_MOST)])

    def __init__(self, members: list[Member]) -> None:
        super().__init__()
        self.member.label.text = _("成员")
        self.name.label.text = _("账号")
        self.member.choices = [(one.id, one.name) for one in members]


@bp.get("/")
@may(Act.INVITE)
def show_names() -> str:
    """List who is bound to which name."""
    return _page(GateNameForm(_members()))


@bp.post("/")
@may(Act.INVITE)
def bind() -> BaseResponse | tuple[str, int]:
    """Bind an account to a name at the gate, or unbind it. Nobody is signed out by it."""
    form = GateNameForm(_members())
    if not form.validate():
        return _page(form), 422
    set_gate_name(db.session, form.member.data, form.name.data or "", by=g.staff.name)
    db.session.commit()
    return redirect(url_for("gate_names.show_names"), 303)


def set_gate_name(session: Session, member_id: int, name: str, *, by: str) -> None:
    """Write as whom the gate must name a member; an empty name lets anybody who passed."""
    member = session.get_one(Member, member_id)
    member.gate_name = name.strip() or None
    act = "gate_bound" if member.gate_name else "gate_unbound"
    # Not the name itself: whose account it is in the county's list is nobody's business here.
    record(session, act, by=by, unit_id=member.unit_id, detail=f"member={member.name}")


def _members() -> list[Member]:
    return [one for one in read_members(db.reading) if one.suspended_on is None]


def _page(form: GateNameForm) -> str:
    shown: dict[str, Any] = {
        "members": _members(),
        "form": form,
        "gate": app_state().config.gate.title,
    }
    return render_template("signin/gate_names.html", **shown)
