"""The administrator's page: units, members, and inviting a new one."""

from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as BaseResponse

from ..access.overview import read_members, read_units
from ..access.permissions import Act, may
from ..access.roles import ROLES, BadRoles
from ..app_state import app_state
from ..config import Config
from ..db import db
from ..keys import issuing
from ..sealing.check_code import check_code
from ..signin import guard
from . import countersign, first_two
from . import invitations as invite
from .forms import InviteForm, OpenForm
from .joining_words import progress_words
from .leaving import services as departure

bp = Blueprint("members", __name__, url_prefix="/desk")


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
        if not form.again.data:
            first_two.check_not_invited(db.session, form.name.data or "", guard.clock())
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


def _posted(endpoint: str) -> ImmutableMultiDict[str, str] | None:
    """Get what was posted to one of the two forms; both stand on one page."""
    return request.form if request.endpoint == f"members.{endpoint}" else None


def _form() -> InviteForm:
    members = read_members(db.reading)
    return InviteForm(_posted("make_invitation"), app_state().district, members, me=g.staff.name)


def _fault(error: Exception) -> tuple[str, str]:
    """Name the field that a refusal is about, and say what to do."""
    if isinstance(error, BadRoles):
        return "roles", str(error)
    field, sentence = _FAULTS[type(error)]
    return field, str(sentence)


@bp.post("/admin/units/open")
@may(Act.INVITE)
def open_unit() -> tuple[str, int] | str:
    """Invite the first two of a unit, and show their links, this once."""
    form = _open_form()
    if not form.validate():
        return _page(_form(), form), 422
    try:
        opening = first_two.open_unit(
            db.session,
            app_state().district,
            form.opened.data,
            head=form.head.data or "",
            second=form.second.data or "",
            by=g.staff.name,
            now=guard.clock(),
        )
    except REFUSALS as error:
        db.session.rollback()
        for name, sentence in _open_faults(error, form):
            form[name].errors = [sentence]
        return _page(_form(), form), 422
    db.session.commit()
    return show_links(opening.head, opening.second)


def _open_faults(error: Exception, form: OpenForm) -> list[tuple[str, str]]:
    """Name the field of each fault; of the two names, the one that is at fault."""
    name, sentence = _fault(error)
    if name != "name":
        return [("opened" if name == "roles" else name, sentence)]
    if isinstance(error, first_two.InvitedAlready):
        is_head = error.invitation.name == (form.head.data or "").strip()
        return [("head" if is_head else "second", sentence)]
    taken = issuing.find_member(db.reading, (form.second.data or "").strip()) is not None
    return [("second" if taken else "head", sentence)]


_FAULTS: Final[dict[type[Exception], tuple[str, Any]]] = {
    issuing.BadName: ("name", _l("姓名写 1 到 80 个字，不要换行。")),
    issuing.NameTaken: (
        "name",
        _l("已经有这个姓名的成员，自己也不能邀请自己。请换一个能区分的名字。"),
    ),
    first_two.InvitedAlready: (
        "name",
        _l("这个姓名请过了，链接还能用。请先在「还没有用的邀请」里作废，或勾选「重新邀请」。"),
    ),
    first_two.HasHead: ("opened", _l("这个单位已有负责人。别的人请用下面的「邀请新成员」。")),
    first_two.SameName: ("second", _l("两个姓名一样。要两个不同的人。")),
    invite.BadReplaced: ("replaces", _l("要代替的账户不在这个单位，请核对单位。")),
    invite.FirstIsHead: (
        "roles",
        _l("这个单位还没有负责人。第一个成员请勾选「复核员」或「涉公职线索专管员」。"),
    ),
}
REFUSALS: Final[tuple[type[Exception], ...]] = (*_FAULTS, BadRoles)


def show_links(links: invite.Links, second: invite.Links | None = None) -> str:
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
        second=second.invitation if second else None,
        second_link=f"{home}/desk/join#{second.token}" if second else None,
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


def _open_form() -> OpenForm:
    """Make the form of the units that have no head, and whose first people nobody asked yet."""
    taken = {one.unit_id for one in invite.open_invitations(db.reading, guard.clock())}
    units = [
        (unit.id, unit.zh)
        for unit in app_state().district.units.values()
        if unit.id not in taken and not unit.practice and not invite.heads(db.reading, unit.id)
    ]
    return OpenForm(_posted("open_unit"), units)


def _page(form: InviteForm, opening: OpenForm | None = None) -> str:
    units = read_units(db.reading, app_state().district)
    invitations = invite.open_invitations(db.reading, guard.clock())
    return render_template(
        "members/admin.html",
        form=form,
        opening=opening or _open_form(),
        check_code=check_code,
        words=progress_words(),
        units=units,
        titles={unit.id: unit.title for unit in units},
        members=read_members(db.reading),
        roles=ROLES,
        gate=_gate(),
        invitations=invitations,
        asked=countersign.open_members(db.reading),
        leaving_ids=departure.ids_of(db.reading),
        self_named={row.id for row in invitations if invite.is_self_named(db.reading, row)},
        hours=lambda invitation: max(1, (invitation.ends_at - guard.clock()) // 3600),
    )


def _gate() -> str:
    """Name the gate before the sign-in; "" where there is none."""
    gate = app_state().config.gate
    return gate.title if gate.is_set else ""


def _desk(config: Config) -> str:
    scheme = "https" if config.production else "http"
    return f"{scheme}://{config.desk_host}"
