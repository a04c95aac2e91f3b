"""The page of a member's own unit: its key, who holds it, who waits, codes to speak."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ..access.permissions import (
    Act,
    may,
    refuse,
)
from ..access.roles import ROLES
from ..app_state import app_state
from ..db import db
from ..keys import issuing
from ..keys.posted import BadKeys
from ..members import heard, invitations
from ..members.joining_words import unit_words
from ..models import Invitation, Member, NextKey, UnitKey
from ..reading.data_files import DataError
from ..renewal import next_keys
from ..renewal.guard import standings
from ..sealing.check_code import check_code
from ..signin import guard
from ..web.security import staff_only
from . import (
    key_lines,
    label_readers,
    overview,
)
from . import (
    services as unit_keys,
)

bp = Blueprint("unit_page", __name__, url_prefix="/desk")


@bp.get("/unit/")
@staff_only
def show() -> str:
    """Show my unit: who holds the key, whether it is confirmed, and what I may do about it."""
    page = overview.read_page(
        db.reading,
        app_state().district,
        _me(db.reading),
        guard.clock(),
        may_publish=app_state().config.keys_by_desk,
    )
    if page is None:
        abort(404)
    return render_template(
        "unit_keys/unit.html",
        page=page,
        labels=label_readers.read_page(db.reading, app_state().district, g.staff),
        roles=ROLES,
        words=unit_words(),
        check_code=check_code,
        hours=lambda invitation: max(1, (invitation.ends_at - guard.clock()) // 3600),
    )


@bp.post("/unit/key")
@may(Act.RENEW_KEY)
def make_key() -> Response:
    """Store the first key of my unit, which my browser made."""
    try:
        key = unit_keys.read_key(_posted())
        unit_keys.make_first_key(db.session, _me(db.session), key)
    except BadKeys:
        return _refused(_incomplete(), 400)
    except (issuing.UnitHasKey, unit_keys.Unfit):
        db.session.rollback()
        return _refused(_("本单位已经有密钥。请刷新页面看一看。"), 409)
    db.session.commit()
    return jsonify(done=True)


@bp.post("/unit/confirm")
@may(Act.CONFIRM_KEY)
def confirm() -> Response:
    """Be the second person: the maker reads the fingerprint out, I type it."""
    posted = _posted()
    key = next_keys.awaited(db.session, _text(posted, "unit"))
    if key is None:
        return _refused(_("这个单位还没有密钥。请刷新页面看一看。"), 409)
    may_publish = app_state().config.keys_by_desk
    is_published = (
        not may_publish or (key.unit_id, key.fingerprint) in app_state().district.fingerprints
    )
    try:
        unit_keys.confirm(
            db.session,
            key,
            _me(db.session),
            _text(posted, "fingerprint"),
            is_published=is_published,
        )
    except (unit_keys.OwnKey, unit_keys.NotYourUnit):
        refuse(Act.CONFIRM_KEY)
    except unit_keys.AlreadyConfirmed:
        return _refused(_("已经有人核对过了。请刷新页面看一看。"), 409)
    except unit_keys.WrongFingerprint:
        db.session.commit()
        return _refused(wrong_fingerprint(), 422)
    refusal = _publish(key) if may_publish else None
    db.session.commit()
    standings().forget()
    return _refused(refusal, 503) if refusal else jsonify(done=True)


def _publish(key: UnitKey | NextKey) -> str | None:
    """Write what was typed just now into keys.yml and the site; gives what kept it from that.

    What was typed is `key.fingerprint`, letter by letter, or the confirmation had been refused.
    """
    typed = {key.unit_id: key.fingerprint}
    try:
        key_lines.apply(db.session, app_state().config, typed, by=g.staff.name)
    except key_lines.NotClean:
        db.session.rollback()
        return str(_("这把新密钥，要走的人手里也有，要重新生成。没有公布。"))
    except (OSError, DataError):
        return str(
            _("核对记下了，但是这台服务器写不了名单。请管服务器的人运行 dengshao keys apply。")
        )
    return None


def wrong_fingerprint() -> str:
    return str(_("核对码不一样。请对方再念一遍；还不一样，就停下来，马上告诉安全审计员。"))


@bp.get("/unit/roster.json")
@may(Act.HAND_ON)
def roster() -> Response:
    """Give a holder's browser what it checks before it hands the key on."""
    key = issuing.current_key(db.reading, g.staff.unit_id or "")
    if key is None:
        return _refused(_("本单位还没有密钥。"), 409)
    people = unit_keys.waiting(db.reading, key)
    said = heard.answers(db.reading, key.unit_id)
    return jsonify(
        unit_id=key.unit_id,
        recipient=key.recipient,
        recovery=key.recovery,
        roster=issuing.roster(db.reading, key),
        roster_mac=key.roster_mac,
        waiting=[
            {"name": one.name, "recipient": one.recipient, "heard": said.get(one.name)}
            for one in people
        ],
    )


@bp.post("/unit/hand-on")
@may(Act.HAND_ON)
def hand_on() -> Response:
    """Store my unit's key, which my browser sealed to another member."""
    try:
        posted = unit_keys.read_grant(_posted())
        unit_keys.hand_on(db.session, _me(db.session), posted)
    except BadKeys:
        return _refused(_incomplete(), 400)
    except issuing.UnitHasNoKey:
        refuse(Act.HAND_ON)
    except unit_keys.Unfit:
        unit_keys.report(db.session, _me(db.session), "recipient")
        db.session.commit()
        return _refused(_("不能把密钥交给这个人：已有密钥、已停用，或不属于本单位。"), 409)
    except unit_keys.Stale:
        db.session.rollback()
        return _refused(_("名单刚刚变了，没有交出去。请刷新页面，再核对一次。"), 409)
    db.session.commit()
    return jsonify(done=True)


@bp.post("/unit/refused")
@may(Act.HAND_ON)
def report() -> Response:
    """Write down why my browser refused to hand the key on: a code of ours, no words."""
    unit_keys.report(db.session, _me(db.session), _text(_posted(), "what"))
    db.session.commit()
    return jsonify(done=True)


@bp.post("/unit/code")
@may(Act.SPEAK_CODE)
def speak_code() -> Response:
    """Make the code that I speak to a new member of my unit."""
    try:
        invitation = _spoken_to()
        code = invitations.speak_code(
            db.session, invitation, by=g.staff.name, key=app_state().config.key("spoken code")
        )
    except invitations.NoInvitation:
        return _refused(_gone(), 409)
    except invitations.OwnInvitation:
        refuse(Act.SPEAK_CODE)
    db.session.commit()
    return jsonify(code=f"{code[:4]} {code[4:]}")


@bp.post("/unit/heard")
@may(Act.HAND_ON)
def keep_heard() -> Response:
    """Keep what a new member read back to me, with the word of my browser that I heard it."""
    try:
        said = heard.read_heard(_posted())
        invitation = _spoken_to()
        unit_keys.held_key(db.session, _me(db.session))
    except BadKeys:
        return _refused(_incomplete(), 400)
    except invitations.NoInvitation:
        return _refused(_gone(), 409)
    except (invitations.OwnInvitation, issuing.UnitHasNoKey):
        refuse(Act.HAND_ON)
    if invitation.unit_id != g.staff.unit_id:
        refuse(Act.HAND_ON)
    heard.keep(db.session, invitation, said)
    db.session.commit()
    return jsonify(done=True)


def _spoken_to() -> Invitation:
    """Find the invitation whose code is mine to speak. Raises `NoInvitation`, `OwnInvitation`."""
    invitation = invitations.find_by_name(db.session, _text(_posted(), "name"), guard.clock())
    if (invitation.code_unit_id or invitation.unit_id) != g.staff.unit_id:
        raise invitations.OwnInvitation
    return invitation


def _gone() -> str:
    return str(_("这份邀请已经用过或过期。请刷新页面看一看。"))


def _me(session: Session) -> Member:
    return session.get_one(Member, g.staff.member_id)


def _posted() -> Mapping[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _text(posted: Mapping[str, Any], name: str) -> str:
    value = posted.get(name)
    return value[:200] if isinstance(value, str) else ""


def _incomplete() -> str:
    return str(_("浏览器传来的内容不完整。请刷新页面，再做一次。"))


def _refused(sentence: str, status: int) -> Response:
    response = jsonify(error=sentence)
    response.status_code = status
    return response
