"""The pages of the second factor: asked at sign-in, set up there or on the account page.

They stand below /desk/sign-in/, because whoever opens them has shown one factor of two: signed in
by `g.pending`, which opens no other page.
"""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, cast

import segno
from flask import Response, abort, g, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ..access.replies import (
    first_page,
    refused,
    sent,
    sent_text,
)
from ..access.roles import Staff
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..models import Member
from ..web.security import View, public
from . import (
    guard,
    passkeys,
    second,
    services,
    sessions,
    throttle,
)
from .guard import SID
from .views import bp, too_fast
from .words import second_words


def half_signed_in(view: View) -> View:
    """Let in who has shown passphrase and member code, with the second factor or before it."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if (g.staff or g.pending) is None:
            if request.accept_mimetypes.best == "application/json":
                abort(401)
            return redirect(url_for("signin.sign_in"))
        return view(*args, **kwargs)

    return public(cast(View, guarded))


def may_set_up(view: View) -> View:
    """Let set up a factor who showed one, or who has none: one stolen factor makes no second."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.staff is None and second.read_factors(db.reading, g.pending.member_id).count:
            abort(403)
        return view(*args, **kwargs)

    return half_signed_in(cast(View, guarded))


def proved(view: View) -> View:
    """Let change a factor who has just shown an old one; who sets up the first has none to show.

    The proof is spent with what the view commits.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            second.spend_proof(db.session, session[SID], _who().member_id, guard.clock())
        except second.NotProved:
            db.session.rollback()
            return refused(_("请先核对一次旧的：验证码、通行密钥或恢复码。核对好再改。"), 403)
        return view(*args, **kwargs)

    return cast(View, guarded)


def _who() -> Staff:
    found: Staff = g.staff or g.pending
    return found


def _totp_key() -> bytes:
    return app_state().config.key("totp")


def _recovery_key() -> bytes:
    return app_state().config.key("recovery codes")


@bp.get("/sign-in/second")
@half_signed_in
def second_step() -> str | BaseResponse:
    """Ask for the second factor, or for setting one up; whoever showed it goes on."""
    if g.staff is not None:
        return redirect(first_page(g.staff.roles))
    factors = second.read_factors(db.reading, _who().member_id)
    return render_template("signin/second.html", factors=factors, words=second_words())


@bp.post("/sign-in/second/code")
@half_signed_in
def show_code() -> Response:
    """Take a one-time code."""
    code, key = sent_text("code"), _totp_key()
    return _judge(
        lambda member: second.use_totp(db.session, member, code=code, now=guard.clock(), key=key),
        "totp",
    )


@bp.post("/sign-in/second/recovery")
@half_signed_in
def show_recovery_code() -> Response:
    """Take a recovery code."""
    code, key = sent_text("code"), _recovery_key()
    return _judge(
        lambda member: second.use_recovery_code(db.session, member, code=code, key=key),
        "recovery",
    )


@bp.post("/sign-in/second/passkey")
@half_signed_in
def show_passkey() -> Response:
    """Take what a passkey signed."""
    credential, place = sent().get("credential"), passkeys.place_of(app_state().config)
    return _judge(
        lambda member: passkeys.use(db.session, session[SID], member, place, credential=credential),
        "passkey",
    )


@bp.post("/sign-in/second/passkey/options")
@half_signed_in
def ask_passkey() -> Response:
    """Say what a passkey is to sign."""
    place = passkeys.place_of(app_state().config)
    options = passkeys.ask_proof(db.session, session[SID], _who().member_id, place)
    db.session.commit()
    return jsonify(options)


def _judge(use: Callable[[Member], object], kind: str) -> Response:
    """Judge a second factor; six digits can be guessed, so that waits hold before judging."""
    who, now = _who(), guard.clock()
    row = throttle.hash_name(app_state().config.key("sign-in"), f"second\n{who.member_id}")
    try:
        throttle.count_try(db.session, row, now)
        use(second.lock_member(db.session, who.member_id))
    except throttle.TooFast as error:
        return too_fast(error)
    except second.WrongSecond:
        record(db.session, "second_failed", by=who.name, unit_id=who.unit_id, detail=kind)
        db.session.commit()
        return refused(_WRONG[kind](), 401)
    throttle.forget(db.session, row)
    if g.staff is not None:
        second.remember_proof(db.session, session[SID], now)
    return _let_in(who)


_WRONG: dict[str, Callable[[], str]] = {
    "totp": lambda: _("验证码不对，或者已经用过。请等出现下一个，再输。"),
    "recovery": lambda: _("恢复码不对，或者已经用过。请换一个没用过的。"),
    "passkey": lambda: _("没有认出这把通行密钥。请再试一次，或者换一种办法。"),
}


def _let_in(who: Staff, **more: Any) -> Response:
    """Begin a new session that opens all that the member may open, and commit."""
    if g.staff is None:
        member = db.session.get_one(Member, who.member_id)
        session[SID] = services.open_session(
            db.session,
            member,
            now=guard.clock(),
            old=session[SID],
            browser=sessions.browser_kind(request.user_agent.string),
            is_verified=True,
        )
    db.session.commit()
    return jsonify(next=first_page(who.roles), **more)


@bp.post("/sign-in/factors/totp/new")
@may_set_up
def propose_totp() -> Response:
    """Make a secret for an authenticator application; it counts once a code has proved it."""
    secret = second.propose_totp(db.session, session[SID], _who().member_id, _totp_key())
    db.session.commit()
    return jsonify(secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)))


@bp.get("/sign-in/factors/totp.svg")
@may_set_up
def totp_picture() -> Response:
    """Draw the waiting secret as a QR."""
    who = _who()
    try:
        secret = second.proposed_totp(db.reading, session[SID], who.member_id, _totp_key())
    except second.NothingToProve:
        abort(404)
    drawn = BytesIO()
    code = segno.make(second.totp_uri(secret, who.name), error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=4, light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@bp.post("/sign-in/factors/totp")
@may_set_up
@proved
def prove_totp() -> Response:
    """Take the waiting secret into use."""
    who, now = _who(), guard.clock()
    try:
        second.prove_totp(
            db.session,
            session[SID],
            who.member_id,
            code=sent_text("code"),
            now=now,
            key=_totp_key(),
        )
    except second.NothingToProve:
        return refused(_("这张二维码已经作废。请重新开始。"), 409)
    except second.WrongSecond:
        return refused(_("验证码不对。请看手机的时间准不准，再输一次。"), 401)
    return _let_in(who, codes=codes_if_none(who))


@bp.post("/sign-in/factors/passkey/options")
@may_set_up
def ask_new_passkey() -> Response:
    """Say what a passkey is to be made with."""
    member = db.session.get_one(Member, _who().member_id)
    place = passkeys.place_of(app_state().config)
    options = passkeys.ask_new(db.session, session[SID], member, place)
    db.session.commit()
    return jsonify(options)


@bp.post("/sign-in/factors/passkey")
@may_set_up
@proved
def add_passkey() -> Response:
    """Take a new passkey in."""
    who = _who()
    try:
        passkeys.add(
            db.session,
            session[SID],
            who.member_id,
            passkeys.place_of(app_state().config),
            name=sent_text("name"),
            credential=sent().get("credential"),
        )
    except passkeys.BadPasskey:
        db.session.commit()
        return refused(_("这把通行密钥没有保存成功。请再试一次，或者换一把。"), 400)
    return _let_in(who, codes=codes_if_none(who))


def codes_if_none(who: Staff) -> list[str]:
    """Make recovery codes with the first factor; later ones leave the codes as they are."""
    member = db.session.get_one(Member, who.member_id)
    if member.recovery_codes:
        return []
    return second.make_recovery_codes(db.session, member, _recovery_key())
