"""The administrator's page: units, members, and inviting a new one."""

from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form, SelectField, SelectMultipleField, StringField, ValidationError, widgets
from wtforms.validators import DataRequired

from ..access.overview import read_members, read_units
from ..access.permissions import Act, may
from ..access.roles import ROLES, BadRoles
from ..app_state import app_state
from ..config import Config
from ..db import db
from ..district.data import District
from ..keys import issuing
from ..models import Member
from ..signin import guard
from . import countersign
from . import invitations as invite
from .leaving import services as departure

bp = Blueprint("members", __name__, url_prefix="/desk")


class CheckBoxes(SelectMultipleField):
    """Several choices, each a check box."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class InviteForm(Form):
    """Who is to come, where to, and as what."""

    name = StringField(validators=[DataRequired()])
    unit = SelectField(validate_choice=False)
    roles = CheckBoxes(validate_choice=False)
    replaces = SelectField(validate_choice=False)

    def __init__(self, district: District, members: list[Member]) -> None:
        # The guard of all desk pages has judged the token already.
        super().__init__(request.form if request.method == "POST" else None)
        self.name.label.text = _("姓名")
        self.unit.label.text = _("单位")
        self.roles.label.text = _("角色")
        self.name.validators = [DataRequired(_("请写姓名。"))]
        self.unit.choices = [("", _("不属于承办单位"))]
        self.unit.choices += [(unit.id, unit.zh) for unit in district.units.values()]
        self.roles.choices = list(ROLES.items())
        self._names = [
            row.name for row in members if row.suspended_on is None and row.name != g.staff.name
        ]
        self.replaces.label.text = _("代替谁的账户")
        self.replaces.choices = [("", _("不代替谁")), *((name, name) for name in self._names)]
        self._units = district.units

    def validate_unit(self, field: SelectField) -> None:
        if field.data and field.data not in self._units:
            raise ValidationError(_("请从表里选一个单位。"))

    def validate_replaces(self, field: SelectField) -> None:
        if field.data and field.data not in self._names:
            raise ValidationError(_("请从表里选一个成员，或选「不代替谁」。"))

    def validate_roles(self, field: CheckBoxes) -> None:
        if not field.data or not set(field.data) <= set(ROLES):
            raise ValidationError(_("请至少勾选一个角色。"))


@bp.get("/admin/")
@may(Act.INVITE)
def admin() -> str:
    """Show units and members to the administrator; nothing of any tip."""
    return _page(_form())


@bp.post("/admin/invitations")
@may(Act.INVITE)
def make_invitation() -> tuple[str, int] | str:
    """Make an invitation and show its links, this once."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    unit_id = form.unit.data or None
    replaced = issuing.find_member(db.session, form.replaces.data or "")
    try:
        links = invite.invite(
            db.session,
            name=form.name.data or "",
            unit_id=unit_id,
            roles=form.roles.data or [],
            by=g.staff.name,
            now=guard.clock(),
            replaces=replaced,
            speaking_unit=countersign.speaking_unit(
                db.session, app_state().district, unit_id, replaced
            ),
        )
    except REFUSALS as error:
        db.session.rollback()
        name, sentence = _fault(error)
        form[name].errors = [sentence]
        return _page(form), 422
    db.session.commit()
    return show_links(links)


def _form() -> InviteForm:
    return InviteForm(app_state().district, read_members(db.reading))


def _fault(error: Exception) -> tuple[str, str]:
    """Name the field that a refusal is about, and say what to do."""
    if isinstance(error, BadRoles):
        return "roles", str(error)
    field, sentence = _FAULTS[type(error)]
    return field, str(sentence)


_FAULTS: Final[dict[type[Exception], tuple[str, Any]]] = {
    issuing.BadName: ("name", _l("姓名写 1 到 80 个字，不要换行。")),
    issuing.NameTaken: (
        "name",
        _l("已经有这个姓名的成员，自己也不能邀请自己。请换一个能区分的名字。"),
    ),
    invite.BadReplaced: ("replaces", _l("要代替的账户不在这个单位，请核对单位。")),
    invite.FirstIsHead: (
        "roles",
        _l("这个单位还没有负责人。第一个成员请勾选「复核员」或「涉公职线索专管员」。"),
    ),
}
REFUSALS: Final[tuple[type[Exception], ...]] = (*_FAULTS, BadRoles)


def show_links(links: invite.Links) -> str:
    """Render the page that shows the links of a new invitation; nobody sees them again."""
    district = app_state().district
    unit = district.units.get(links.invitation.unit_id or "")
    home = _desk(app_state().config)
    return render_template(
        "members/invite_links.html",
        invitation=links.invitation,
        unit=unit.zh if unit else _("不属于承办单位"),
        heads=links.heads,
        speaking=district.units.get(links.invitation.code_unit_id or ""),
        link=f"{home}/desk/join#{links.token}",
        head_link=f"{home}/desk/join/head#{links.head_token}" if links.head_token else None,
    )


@bp.post("/admin/invitations/end")
@may(Act.INVITE)
def end_invitation() -> BaseResponse:
    """Make an open invitation worthless."""
    name = request.form.get("name", "")
    try:
        invitation = invite.find_by_name(db.session, name, guard.clock())
    except invite.NoInvitation:
        # It was used or ended meanwhile: the page shows how it stands.
        return redirect(url_for("members.admin"), 303)
    invite.end(db.session, invitation, by=g.staff.name, now=guard.clock())
    db.session.commit()
    return redirect(url_for("members.admin"), 303)


def _page(form: InviteForm) -> str:
    units = read_units(db.reading, app_state().district)
    invitations = invite.open_invitations(db.reading, guard.clock())
    return render_template(
        "members/admin.html",
        form=form,
        units=units,
        titles={unit.id: unit.title for unit in units},
        members=read_members(db.reading),
        roles=ROLES,
        invitations=invitations,
        asked=countersign.open_members(db.reading),
        leaving_ids=departure.ids_of(db.reading),
        self_named={row.id for row in invitations if invite.is_self_named(db.reading, row)},
        hours=lambda invitation: max(1, (invitation.ends_at - guard.clock()) // 3600),
    )


def _desk(config: Config) -> str:
    scheme = "https" if config.production else "http"
    return f"{scheme}://{config.desk_host}"
