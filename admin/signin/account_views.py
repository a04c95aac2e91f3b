"""The account page: who I am, second factors, recovery codes, and my sessions."""

from datetime import datetime

from flask import Response, abort, g, jsonify, redirect, render_template, session, url_for
from flask_babel import gettext as _
from webauthn.helpers import bytes_to_base64url
from werkzeug.wrappers import Response as BaseResponse

from ..access.overview import read_units
from ..access.replies import refused
from ..access.roles import ROLES
from ..app_state import app_state
from ..config import SecondFactor
from ..db import SHANGHAI, db
from ..sealing.check_code import check_code
from ..web.security import staff_only
from . import (
    guard,
    one_touch,
    passkeys,
    second,
    sessions,
)
from .guard import SID
from .second_views import proved
from .views import bp
from .words import second_words, touch_words


@bp.get("/account/")
@staff_only
def account() -> str:
    """Show who I am, my factors and sessions, and the fingerprint of my unit's key."""
    me, token = g.staff.member_id, session[SID]
    units = {unit.id: unit for unit in read_units(db.reading, app_state().district)}
    owned = passkeys.list_passkeys(db.reading, me)
    opening = [passkey for passkey in owned if passkey.sealed_identity is not None]
    place = passkeys.place_of(app_state().config)
    return render_template(
        "signin/account.html",
        unit=units.get(g.staff.unit_id),
        roles=ROLES,
        factors=second.read_factors(db.reading, me),
        passkeys=[passkey for passkey in owned if passkey not in opening],
        opening=opening,
        may_touch=one_touch.may_open(g.staff.unit_id, app_state().district.ways),
        is_number=place.is_number,
        touch_words=touch_words(),
        credential_ids=[bytes_to_base64url(passkey.credential_id) for passkey in owned],
        all_codes=second.RECOVERY_CODES,
        may_change=second.is_proved(db.reading, token, me, guard.clock()),
        is_required=_rule() is SecondFactor.REQUIRED,
        sessions=sessions.list_sessions(db.reading, me, token=token, now=guard.clock()),
        when=_when,
        words=second_words(),
        check_code=check_code,
    )


def _rule() -> SecondFactor:
    return app_state().config.second_factor


def _when(epoch: int) -> str:
    """Write a moment of the member's own as the clock on the wall showed it."""
    return datetime.fromtimestamp(epoch, SHANGHAI).strftime("%m-%d %H:%M")


def _back() -> BaseResponse:
    return redirect(url_for("signin.account"), 303)


@bp.post("/account/sessions/<string:handle>/end")
@staff_only
def end_session(handle: str) -> BaseResponse:
    """End one of my sessions."""
    try:
        sessions.end_session(db.session, g.staff, handle)
    except sessions.NoSuchSession:
        return _back()
    db.session.commit()
    return _back()


@bp.post("/account/sessions/end-others")
@staff_only
def end_other_sessions() -> BaseResponse:
    """End all my sessions but this one."""
    sessions.end_others(db.session, g.staff, token=session[SID])
    db.session.commit()
    return _back()


@bp.post("/account/totp/remove")
@staff_only
@proved
def remove_totp() -> Response:
    """Take the one-time codes away."""
    try:
        second.remove_totp(db.session, g.staff.member_id, _rule())
    except second.LastFactor:
        return _last_factor()
    db.session.commit()
    return jsonify(removed=True)


@bp.post("/account/passkeys/<string:handle>/remove")
@staff_only
@proved
def remove_passkey(handle: str) -> Response:
    """Take a passkey away."""
    try:
        kind = passkeys.remove(db.session, g.staff.member_id, handle, _rule())
    except passkeys.NoSuchPasskey:
        abort(404)
    except second.LastFactor:
        return _last_factor()
    if kind == "touch":
        # It may be taken away because it was stolen: what it opened ends with it.
        sessions.end_others(db.session, g.staff, token=session[SID])
    db.session.commit()
    return jsonify(removed=True)


def _last_factor() -> Response:
    db.session.rollback()
    return refused(_("至少要留一种。请先加上新的，再去掉这个。"), 409)


@bp.post("/account/recovery-codes")
@staff_only
@proved
def make_recovery_codes() -> Response:
    """Make ten new recovery codes; the older ones are good for nothing from now on."""
    member = second.lock_member(db.session, g.staff.member_id)
    if not second.read_factors(db.session, member.id).count:
        return refused(_("请先加上验证码或通行密钥，再要恢复码。"), 409)
    key = app_state().config.key("recovery codes")
    codes = second.make_recovery_codes(db.session, member, key)
    db.session.commit()
    return jsonify(codes=codes)
