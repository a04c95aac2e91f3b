"""One touch over HTTP: signing in, unlocking, and making a passkey that does both."""

from flask import Response, current_app, g, jsonify, session
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from ..access.replies import refused, sent
from ..app_state import app_state
from ..db import db
from ..models import Member
from ..web.security import public, staff_only
from . import guard, one_touch, passkeys, services, throttle
from .gate import door
from .guard import SID
from .second_views import codes_if_none, proved
from .views import (
    BRAKES,
    begin,
    bp,
    in_base64,
    judged_secret,
    let_act,
    refuse_demo_member,
    refuse_other,
    too_fast,
)


def desk_of_touch() -> one_touch.Desk:
    """Say by what a touch is judged here."""
    config, ways = app_state().config, app_state().district.ways
    key = config.key("sign-in")
    return one_touch.Desk(passkeys.place_of(config), key, ways, current_app.extensions[BRAKES])


@bp.post("/sign-in/touch/options")
@public
def ask_touch() -> Response:
    """Say what a passkey is to sign: one of this session's member, or anybody's."""
    owned = one_touch.list_opening(db.reading, g.staff.member_id) if g.staff else ()
    return jsonify(one_touch.ask(desk_of_touch(), guard.clock_ms(), owned))


@bp.post("/sign-in/touch")
@public
def touch_in() -> Response:
    """Open a session for whose passkey this is, and hand out what it opens."""
    opened = _judged(401)
    if isinstance(opened, Response):
        return opened
    if door.is_other(opened.member):
        return refuse_other(opened.member)
    first = begin(opened.member, is_verified=True)
    sealed = in_base64(opened.sealed_identity)
    return jsonify(next=first, csrf=generate_csrf(), sealed=sealed)


@bp.post("/unlock/touch")
@staff_only
def touch_to_unlock() -> Response:
    """Let this session act again, and hand out what the passkey of its member opens."""
    # Not 401: that tells the page that nobody is signed in any more.
    opened = _judged(422, g.staff.member_id)
    if isinstance(opened, Response):
        return opened
    let_act()
    return jsonify(unlocked=True, sealed=in_base64(opened.sealed_identity))


def _judged(status: int, member_id: int | None = None) -> one_touch.Opened | Response:
    """Find whom a touch belongs to, or say why it was not taken."""
    try:
        opened = one_touch.judge(
            db.session,
            sent().get("credential"),
            desk_of_touch(),
            reading=db.reading,
            now=guard.clock_ms(),
            member_id=member_id,
        )
        refuse_demo_member()
    except throttle.TooFast as error:
        return too_fast(error)
    except services.WrongSignIn:
        db.session.commit()
        words = _("没有认出这把通行密钥：它已经去掉，或者不是一触解锁的那一把。请用口令和成员码。")
        return refused(words, status)
    except one_touch.NotHere:
        db.session.commit()
        return _not_here()
    return opened


def _not_here() -> Response:
    return refused(_("您的单位收涉公职的线索，不能一触解锁。请用口令和成员码。"), 403)


@bp.post("/account/touch/options")
@staff_only
def ask_new_touch() -> Response:
    """Say with what a passkey is to be made, and what it signs then."""
    member = db.session.get_one(Member, g.staff.member_id)
    options = one_touch.ask_new(db.session, session[SID], member, desk_of_touch().place)
    db.session.commit()
    return jsonify(options)


@bp.post("/account/touch")
@staff_only
def add_touch() -> Response:
    """Take in a passkey that opens, from who has just typed passphrase and code again."""
    if not one_touch.may_open(g.staff.unit_id, app_state().district.ways):
        return _not_here()
    wrong = _("口令或成员码不对，打不开。请对照成员卡再输一次。")
    member = judged_secret(sent() | {"name": g.staff.name}, wrong, 422)
    return member if isinstance(member, Response) else _add()


@proved
def _add() -> Response:
    try:
        one_touch.add(db.session, session[SID], g.staff.member_id, desk_of_touch().place, sent())
    except one_touch.Travels:
        db.session.commit()
        return refused(
            _("这把通行密钥会存到云上，不能用来解锁。请换这台电脑自己的，或者硬件密钥。"), 422
        )
    except passkeys.BadPasskey:
        db.session.commit()
        return refused(_("这把通行密钥没有保存成功。请再试一次，或者换一把。"), 400)
    codes = codes_if_none(g.staff)
    db.session.commit()
    return jsonify(added=True, codes=codes)
