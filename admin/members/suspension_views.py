"""The page on which an administrator shuts a member out, after reading what follows from it."""

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from ..access.permissions import Act, may
from ..app_state import app_state
from ..db import db
from ..district.data import Unit
from ..models import Member
from ..renewal import services as renewal
from ..renewal.guard import standings
from ..tip.routing import stand_in
from ..vault import vault
from . import countersign, suspension
from .countersign import NeedsSecond
from .leaving import services as departure

bp = Blueprint("suspension", __name__, url_prefix="/desk/admin")


class SuspendForm(FlaskForm):  # type: ignore[misc]
    """One tick, so that a slip of the finger shuts nobody out."""

    class Meta:
        # The guard of staff pages checks the token of every post.
        csrf = False

    why = SelectField(validate_choice=False)
    """Told to the second person, where one must agree."""
    sure = BooleanField(validators=[InputRequired()])

    def __init__(self) -> None:
        super().__init__()
        self.why.label.text = _("为什么")
        self.why.choices = list(countersign.WHY.items())
        self.sure.label.text = _("我看清楚了，现在停用")
        self.sure.validators = [InputRequired(_("请勾选：我看清楚了，现在停用。"))]


@bp.route("/suspend/<int:member_id>", methods=["GET", "POST"])
@may(Act.SUSPEND)
def suspend(member_id: int) -> str | BaseResponse | tuple[str, int]:
    """Tell what a suspension does; with the tick, do it."""
    form = SuspendForm()
    if form.validate_on_submit():
        return _suspend(_member(db.session, member_id), form)
    return _page(_member(db.reading, member_id), form), 422 if form.errors else 200


def _member(session: object, member_id: int) -> Member:
    found: Member | None = session.get(Member, member_id)  # type: ignore[attr-defined]
    return found or abort(404)


def _suspend(member: Member, form: SuspendForm) -> BaseResponse | tuple[str, int]:
    try:
        suspension.suspend(db.session, member, by=g.staff.name)
    except suspension.OwnAccount:
        form.form_errors.append(_("不能停用自己。请找另一位系统管理员。"))
    except suspension.LastAdministrator:
        form.form_errors.append(_("这是最后一位系统管理员。请先邀请另一位，再停用。"))
    except suspension.AlreadySuspended:
        form.form_errors.append(_("这个人已经停用了。复职要重新邀请。"))
    except NeedsSecond:
        return _ask(member, form)
    else:
        db.session.commit()
        standings().forget()
        return redirect(url_for("suspension.suspended", member_id=member.id), 303)
    return _page(member, form), 409


def _ask(member: Member, form: SuspendForm) -> BaseResponse | tuple[str, int]:
    """Ask the other unit's heads, who see it on their page 核对; nothing is done before."""
    try:
        why = form.why.data or ""
        countersign.ask_to_suspend(db.session, app_state().district, member, why=why, by=g.staff)
    except countersign.NobodyToAsk:
        form.form_errors.append(_("能同意的那个单位还没有负责人。请先给它邀请负责人。"))
        return _page(member, form), 409
    db.session.commit()
    return redirect(url_for("members.admin"), 303)


@bp.get("/suspended/<int:member_id>")
@may(Act.SUSPEND)
def suspended(member_id: int) -> str:
    """Tell what is done, and who must renew the unit's key now."""
    member = _member(db.reading, member_id)
    if member.suspended_on is None:
        abort(404)
    return render_template(
        "members/suspended.html",
        member=member,
        may_publish=app_state().config.keys_by_desk,
        departure_id=departure.id_of(db.reading, member.id),
        **_unit_of(member),
    )


def _page(member: Member, form: SuspendForm) -> str:
    return render_template(
        "members/suspend.html",
        member=member,
        form=form,
        guardian=_guardian_of(member),
        **_unit_of(member),
    )


def _guardian_of(member: Member) -> Unit | None:
    """Name the unit whose heads must agree; None where nobody must."""
    district = app_state().district
    if not countersign.is_last(db.reading, district, member):
        return None
    return district.units[district.ways.guardian(member.unit_id) or ""]


def _unit_of(member: Member) -> dict[str, object]:
    """Say how the key of the member's unit stands, as far as they hold it."""
    standing = renewal.read_standing(db.reading, member.unit_id or "")
    everybody = standing.suspended + standing.remaining
    return {
        "unit": app_state().district.units.get(member.unit_id or ""),
        "holds": member.name in everybody,
        "others": [name for name in standing.remaining if name != member.name],
        "has_next": standing.has_next,
        "other": _stands_in(member.unit_id or ""),
    }


def _stands_in(unit_id: str) -> str:
    """Name the unit that takes what comes for one whose holder is shut out; "" where none does."""
    district, units = app_state().district, vault().units.get()
    if unit_id not in district.units or not district.stands_in:
        return ""
    is_of_way = district.ways.is_custodial(unit_id)
    other = stand_in(district, unit_id, units, sealed_way=is_of_way)
    return district.units[other].zh if other else ""
