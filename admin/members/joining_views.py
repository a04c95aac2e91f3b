"""The pages on which a new member, the second person behind them, or the first administrator acts.

Public: nobody of them has an account. The links carry their tokens in the fragment, which no
server and no log ever sees; the page's script posts them.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request
from flask_babel import gettext as _

from ..access.roles import ROLES
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..keys import issuing
from ..keys.posted import BadKeys
from ..models import Invitation
from ..signin import guard
from ..signin.words import second_words
from ..web.security import public
from . import (
    heard,
    invitations,
    joining,
    suspension,
)
from .joining_words import join_words

bp = Blueprint("joining", __name__, url_prefix="/desk")

_MOST_TEXT = 200


@bp.get("/setup")
@public
def setup() -> str:
    """Let the first administrator of an empty store make their account; else there is no page."""
    _only_while_empty()
    return render_template("members/setup.html", words=join_words(), second_words=second_words())


@bp.post("/setup/code")
@public
def try_setup_code() -> Response:
    """Judge code and name before keys are made and a card is printed."""
    _only_while_empty()
    posted = _posted()
    if not joining.is_setup_code(app_state().config.data, _text(posted, "code")):
        return _refused(_("首次设置码不对。请照服务器上的文件再输一遍。"), 403)
    try:
        name = issuing.clean_name(_text(posted, "name"))
    except issuing.BadName:
        return _refused(_("姓名写 1 到 80 个字，不要换行。"), 422)
    return jsonify(name=name, unit="", roles=[str(ROLES["administrator"])])


@bp.post("/setup")
@public
def set_up() -> Response:
    """Make the first administrator, once they have their card in their hands."""
    _only_while_empty()
    posted = _posted()
    data = app_state().config.data
    try:
        keys = joining.read_keys(posted)
        joining.set_up(
            db.session, keys, name=_text(posted, "name"), code=_text(posted, "code"), data=data
        )
    except joining.SetupDone:
        abort(404)
    except joining.WrongSetupCode:
        return _refused(_("首次设置码不对。请照服务器上的文件再输一遍。"), 403)
    except (BadKeys, issuing.BadName):
        return _refused(_("浏览器传来的内容不完整。请刷新页面，再做一次。"), 400)
    db.session.commit()
    joining.write_setup_code(db.session, data)
    return jsonify(done=True)


def _only_while_empty() -> None:
    if joining.has_members(db.reading):
        abort(404)


@bp.get("/join")
@public
def join() -> str:
    """Ask a new member for the spoken code, and let their browser make their keys."""
    return render_template("members/join.html", words=join_words(), second_words=second_words())


@bp.post("/join/invitation")
@public
def show_invitation() -> Response:
    """Tell the holder of a link what they are invited to."""
    posted = _posted()
    try:
        invitation = _invitation(posted)
        joining.check_not_own(invitation, _signed_in())
    except invitations.NoInvitation:
        return _refused(_gone(), 404)
    except invitations.OwnInvitation:
        return _refused_own("join")
    return jsonify(_described(invitation))


@bp.post("/join/code")
@public
def try_code() -> Response:
    """Judge the spoken code before keys are made and a card is printed."""
    posted = _posted()
    try:
        invitation = _invitation(posted)
        joining.check_not_own(invitation, _signed_in())
        invitations.try_code(db.session, invitation, _text(posted, "code"), key=_key())
    except invitations.NoInvitation:
        return _refused(_gone(), 404)
    except invitations.OwnInvitation:
        return _refused_own("join")
    except invitations.NoCodeYet:
        return _refused(_no_code(), 409)
    except invitations.WrongCode:
        return _wrong_code(invitation)
    return jsonify(_described(invitation))


@bp.post("/join")
@public
def accept() -> Response:
    """Make the new member, once they have their card in their hands."""
    posted = _posted()
    try:
        keys = joining.read_keys(posted)
        invitation = _invitation(posted)
        joining.join(
            db.session,
            invitation,
            keys,
            code=_text(posted, "code"),
            signed_in=_signed_in(),
            key=_key(),
        )
    except invitations.NoInvitation:
        return _refused(_gone(), 404)
    except invitations.OwnInvitation:
        return _refused_own("join")
    except invitations.NoCodeYet:
        return _refused(_no_code(), 409)
    except invitations.WrongCode:
        return _wrong_code(invitation)
    except issuing.NameTaken:
        return _refused(_("已经有这个姓名的成员。请管理员换一个名字，重新邀请。"), 409)
    except suspension.LastAdministrator:
        return _refused(_("被接替的是最后一个管理员。请管理员重新邀请一名管理员。"), 409)
    except BadKeys:
        return _refused(_("浏览器传来的内容不完整。请刷新页面，再做一次。"), 400)
    db.session.commit()
    return jsonify(done=True)


@bp.get("/join/head")
@public
def head() -> str:
    """Show the second person what was asked for, and give them the code to speak."""
    return render_template("members/invite_head.html", words=join_words())


@bp.post("/join/head/invitation")
@public
def show_to_head() -> Response:
    """Tell the holder of the second link who was invited, and by whom."""
    try:
        invitation = invitations.find_for_head(db.session, _token(_posted()), guard.clock())
    except invitations.NoInvitation:
        return _refused(_gone(), 404)
    if _signed_in() == invitation.made_by:
        return _refused_own("join_head")
    return jsonify(_described(invitation))


@bp.post("/join/head/code")
@public
def speak_code() -> Response:
    """Give the code of the second link, once."""
    posted = _posted()
    try:
        invitation = invitations.find_for_head(db.session, _token(posted), guard.clock())
        code = invitations.speak_by_link(
            db.session,
            invitation,
            typed=_text(posted, "name"),
            signed_in=_signed_in(),
            key=_key(),
        )
    except invitations.NoInvitation:
        return _refused(_gone(), 404)
    except invitations.OwnInvitation:
        return _refused_own("join_head")
    except invitations.CodeMade:
        return _refused(_("口头码已经给过一次。没有记下来，请管理员重新邀请。"), 409)
    except issuing.NameTaken:
        return _refused(_("这个姓名已有账户。请先登录，再打开这个链接。"), 409)
    except issuing.BadName:
        return _refused(_("请写您自己的姓名。"), 422)
    db.session.commit()
    return jsonify(code=f"{code[:4]} {code[4:]}")


def _described(invitation: Invitation) -> dict[str, Any]:
    unit = app_state().district.units.get(invitation.unit_id or "")
    return {
        "name": invitation.name,
        "unit": unit.zh if unit else _("不属于承办单位"),
        "roles": [str(ROLES[role]) for role in invitation.roles],
        "made_by": invitation.made_by,
        "unit_key": heard.unit_key(db.session, invitation),
    }


def _wrong_code(invitation: Invitation) -> Response:
    left = invitations.MOST_WRONG - invitation.wrong_codes
    db.session.commit()
    if left <= 0:
        return _refused(_("口头码错了五次，这份邀请已经作废。请管理员重新邀请。"), 404)
    return _refused(_("口头码不对。请负责人再念一遍。还可以试 %(n)s 次。", n=left), 403)


def _refused_own(detail: str) -> Response:
    """Refuse who is one of the two people behind the invitation, and write it down."""
    db.session.rollback()
    record(db.session, "refused", by=_signed_in() or "-", detail=f"{detail} own")
    db.session.commit()
    return _refused(
        _("这份邀请要由新成员本人接受。您已登录，或者是发邀请的人。这次尝试已记入日志。"), 403
    )


def _gone() -> str:
    return str(_("这个链接不能用了：用过、过期或已作废。请管理员重新邀请。"))


def _no_code() -> str:
    return str(_("负责人还没有给出口头码。请先和负责人联系。"))


def _invitation(posted: Mapping[str, object]) -> Invitation:
    return invitations.find(db.session, _token(posted), guard.clock())


def _token(posted: Mapping[str, object]) -> str:
    token = _text(posted, "token")
    if not invitations.is_known(db.reading, token, guard.clock()):
        raise invitations.NoInvitation
    return token


def _signed_in() -> str | None:
    # Also who has yet to show the second factor: they have an account.
    staff = g.staff or g.get("pending")
    return staff.name if staff else None


def _posted() -> dict[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _text(posted: Mapping[str, object], name: str) -> str:
    value = posted.get(name)
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


def _key() -> bytes:
    return app_state().config.key("spoken code")


def _refused(sentence: str, status: int) -> Response:
    response = jsonify(error=sentence)
    response.status_code = status
    return response
