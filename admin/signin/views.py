"""The pages on which staff sign in, unlock, lock, and see their account."""

import json
from base64 import b64encode
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    after_this_request,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from ..access.demo_mark import is_demo
from ..access.permissions import Act, is_allowed
from ..access.replies import first_page, refused
from ..app_state import AppState, app_state
from ..db import db
from ..keys import issuing, keyring
from ..models import Member
from ..web.security import public, staff_only
from . import (
    guard,
    one_touch,
    second,
    services,
    sessions,
    throttle,
)
from .gate import door, keeper
from .guard import SID
from .words import script_words, second_words, touch_words

bp = Blueprint("signin", __name__, url_prefix="/desk")

_AUTH_BYTES = 32
BRAKES = "dengshao sign-in brakes"
"""Where the application keeps what its sign-ins may cost."""


def _key() -> bytes:
    return app_state().config.key("sign-in")


@bp.get("/sign-in")
@public
def sign_in() -> str | BaseResponse:
    """Show the sign-in page; who is signed in goes on to the desk, or to the second factor."""
    if g.staff is not None:
        return redirect(first_page(g.staff.roles))
    if g.pending is not None:
        return redirect(url_for("signin.second_step"))
    return render_template(
        "signin/sign_in.html",
        demo=_demo_members(app_state()),
        words=script_words(),
        second_words=second_words(),
        touch_words=touch_words(),
        gate=door.standing(),
    )


@bp.get("/sign-in/salt")
@public
def salt() -> Response:
    """Give the salts that belong to a name, known or not."""
    salts = services.find_salts(db.reading, _name(request.args.get("name")), _key())
    return jsonify(salt=salts.sign_in.hex(), seal=salts.seal.hex())


@bp.post("/sign-in")
@public
def check() -> Response:
    """Judge a sign-in secret and open a session; failures slow down those that follow."""
    wrong = _("姓名、口令或成员码不对。请对照成员卡再输一次。")
    member = judged_secret(request.get_json(silent=True), wrong, 401)
    if isinstance(member, Response):
        return member
    if door.is_other(member):
        return refuse_other(member)
    factors = second.read_factors(db.session, member.id)
    is_asked = second.is_asked(factors, app_state().config.second_factor)
    first = begin(member, is_verified=not is_asked)
    asked = {"totp": factors.totp, "passkeys": factors.passkeys} if is_asked else None
    return jsonify(next=first, csrf=generate_csrf(), second=asked)


def refuse_other(member: Member) -> Response:
    """Refuse who has this member's secrets, but passed the gate as somebody else."""
    door.write_other(member)
    gate = keeper.keeper().gate.title
    words = _("您通过%(gate)s用的不是这位成员的账号。请用本人的账号，从头再来。", gate=gate)
    return refused(words, 403)


def begin(member: Member, *, is_verified: bool) -> str:
    """Begin a new session in this browser, and commit. Returns the page where its member begins."""
    token = services.open_session(
        db.session,
        member,
        now=guard.clock(),
        old=session.get(SID),
        browser=sessions.browser_kind(request.user_agent.string),
        is_verified=is_verified,
    )
    services.clear_idle(db.session, guard.clock())
    first = first_page(tuple(member.roles), waits=keyring.waits(db.session, member))
    db.session.commit()
    session.clear()
    session[SID] = token
    if keeper.is_set():
        after_this_request(keeper.forget_passed)
    return first


def judged_secret(body: object, wrong: str, status: int) -> Member | Response:
    """Find whom a posted secret belongs to, or say why it was not taken."""
    try:
        return _judge(_credentials(body))
    except throttle.TooFast as error:
        return too_fast(error)
    except services.WrongSignIn:
        db.session.commit()
        return refused(wrong, status)


def too_fast(error: throttle.TooFast) -> Response:
    """Say how long to wait."""
    words = _("试得太多了。请等 %(seconds)s 秒，再试一次。", seconds=error.seconds)
    return refused(words, 429, {"Retry-After": str(error.seconds)})


def _judge(tried: services.Try) -> Member:
    """Find whom the secret belongs to; in production, nobody whose words lie in the demo's file."""
    brakes: throttle.Brakes = current_app.extensions[BRAKES]
    member = services.check_sign_in(
        db.session, tried, reading=db.reading, key=_key(), brakes=brakes
    )
    refuse_demo_member()
    return member


def refuse_demo_member() -> None:
    """Raise `services.WrongSignIn` in production, where the store is a demo's."""
    if app_state().config.production and is_demo(db.session):
        raise services.WrongSignIn


@bp.get("/unlock")
@staff_only
def unlock() -> str:
    """Ask for passphrase and code again: this tab holds no opened identity."""
    demo = [person for person in _demo_members(app_state()) if person["name"] == g.staff.name]
    next_page = first_page(g.staff.roles)
    may_touch = one_touch.may_open(g.staff.unit_id, app_state().district.ways)
    return render_template(
        "signin/unlock.html",
        demo=demo,
        words=script_words(),
        next_page=next_page,
        touch_words=touch_words(),
        is_touch=may_touch and one_touch.list_opening(db.reading, g.staff.member_id),
    )


@bp.post("/unlock")
@staff_only
def do_unlock() -> Response:
    """Judge the secret of whose session this is, and let the session act again."""
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else {}
    # Not 401: that tells the page that nobody is signed in any more.
    wrong = _("口令或成员码不对，打不开。请对照成员卡再输一次。")
    member = judged_secret(fields | {"name": g.staff.name}, wrong, 422)
    if isinstance(member, Response):
        return member
    let_act()
    return jsonify(unlocked=True)


def let_act() -> None:
    """Let this session act again, and commit."""
    services.unlock(db.session, session[SID])
    services.touch(db.session, session[SID], guard.clock())
    db.session.commit()


@bp.post("/lock")
@staff_only
def lock() -> Response | BaseResponse:
    """Let this session do nothing but unlock. Its member stays signed in."""
    services.lock(db.session, session[SID])
    db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(locked=True)
    return redirect(url_for("signin.unlock"), 303)


@bp.post("/sign-out")
@public
def sign_out() -> BaseResponse:
    """End the session. Public, so that it also works once the session has run out."""
    if token := session.get(SID):
        services.close_session(db.session, token)
        db.session.commit()
    session.clear()
    response = redirect(url_for("signin.sign_in"), 303)
    # Not "storage": that would also take the member code from an enrolled browser.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/session.json")
@staff_only
def session_json() -> Response:
    """Give the tab the key to what it keeps."""
    return jsonify(wrap_key=_wrap_key(), seconds_left=services.IDLE_SECONDS)


@bp.get("/keyring.json")
@staff_only
def keyring_json() -> Response:
    """Give the browser what it opens and checks after passphrase and code were typed."""
    member = db.reading.get_one(Member, g.staff.member_id)
    grants = keyring.read_grants(db.reading, member.id)
    return jsonify(
        name=member.name,
        recipient=member.recipient,
        sealed_identity=in_base64(member.sealed_identity),
        wrap_key=_wrap_key(),
        reads_labels=is_allowed(Act.SEE_LABEL, member.roles),
        waits=keyring.waits(db.reading, member),
        units=[keyring.grant_json(grant) for grant in grants],
        next=keyring.read_next(db.reading, member),
    )


def _name(text: object) -> str:
    """Clean a typed name; what could be no member's is answered like an unknown name."""
    try:
        return issuing.clean_name(text if isinstance(text, str) else "")
    except issuing.BadName:
        return ""


def _credentials(body: object) -> services.Try:
    fields = body if isinstance(body, dict) else {}
    try:
        auth = bytes.fromhex(str(fields.get("auth", "")))
    except ValueError:
        auth = b""
    if len(auth) != _AUTH_BYTES:
        abort(400)
    return services.Try(_name(fields.get("name")), auth, guard.clock())


def _wrap_key() -> str:
    return in_base64(services.read_wrap_key(db.reading, session[SID]))


def in_base64(data: bytes) -> str:
    """Write bytes as the scripts read them."""
    return b64encode(data).decode("ascii")


def _demo_members(here: AppState) -> list[dict[str, Any]]:
    """Read the demo's members, so that one choice fills the form in; never in production."""
    path = here.config.data / "demo.json"
    if here.config.production or not path.exists():
        return []
    return list(json.loads(path.read_text("utf-8")))
