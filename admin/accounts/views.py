"""The pages on which staff sign in, unlock, lock, and see their account."""

import json
from base64 import b64encode
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
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

from ..db import db
from ..house import House, house
from ..models import Member
from ..security import public, staff_only
from . import enrol, guard, keyring, services, slowing
from .demo_mark import is_demo
from .guard import SID
from .overview import read_members, read_units
from .roles import ROLES
from .words import script_words

bp = Blueprint("accounts", __name__, url_prefix="/desk")

_AUTH_BYTES = 32


def _key() -> bytes:
    return house().config.key("sign-in")


@bp.get("/sign-in")
@public
def sign_in() -> str | BaseResponse:
    """Show the sign-in page; who is signed in goes on to the desk."""
    if g.staff is not None:
        return redirect(_first_page(g.staff.roles))
    demo = _demo_members(house())
    return render_template("accounts/sign_in.html", demo=demo, words=script_words())


@bp.get("/sign-in/salt")
@public
def salt() -> Response:
    """Give the salts that belong to a name, known or not."""
    salts = services.find_salts(db.reading, _name(request.args.get("name")), _key())
    return jsonify(salt=salts.sign_in.hex(), seal=salts.seal.hex())


@bp.post("/sign-in")
@public
def check() -> Response:
    """Judge a sign-in secret and open a session; five failures under one name slow down."""
    name, auth = _credentials(request.get_json(silent=True))
    try:
        member = services.check_sign_in(
            db.session, name=name, auth=auth, now=guard.clock(), key=_key()
        )
        if house().config.production and is_demo(db.session):
            raise services.WrongSignIn
    except slowing.TooFast as error:
        words = _("试得太多了。请等 %(seconds)s 秒，再试一次。", seconds=error.seconds)
        return _refused(words, 429, {"Retry-After": str(error.seconds)})
    except services.WrongSignIn:
        db.session.commit()
        return _refused(_("姓名、口令或成员码不对。请对照成员卡再输一次。"), 401)
    token = services.open_session(db.session, member, now=guard.clock(), old=session.get(SID))
    services.clear_idle(db.session, guard.clock())
    roles = tuple(member.roles)
    db.session.commit()
    session.clear()
    session[SID] = token
    return jsonify(next=_first_page(roles), csrf=generate_csrf())


def _refused(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    response = jsonify(error=sentence)
    response.status_code = status
    response.headers.update(headers or {})
    return response


@bp.get("/unlock")
@staff_only
def unlock() -> str:
    """Ask for passphrase and code again: this tab holds no opened identity."""
    demo = [person for person in _demo_members(house()) if person["name"] == g.staff.name]
    next_page = _first_page(g.staff.roles)
    return render_template(
        "accounts/unlock.html", demo=demo, words=script_words(), next_page=next_page
    )


@bp.post("/lock")
@staff_only
def lock() -> Response | BaseResponse:
    """Make what rests in the member's browser useless. They stay signed in, and must unlock."""
    services.rotate_wrap_key(db.session, session[SID])
    db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(locked=True)
    return redirect(url_for("accounts.unlock"), 303)


@bp.post("/sign-out")
@public
def sign_out() -> BaseResponse:
    """End the session. Public, so that it also works once the session has run out."""
    if token := session.get(SID):
        services.close_session(db.session, token)
        db.session.commit()
    session.clear()
    response = redirect(url_for("accounts.sign_in"), 303)
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
        sealed_identity=_text(member.sealed_identity),
        wrap_key=_wrap_key(),
        units=[keyring.grant_json(grant) for grant in grants],
    )


@bp.get("/account/")
@staff_only
def account() -> str:
    """Show who I am, what I may do, and the fingerprint of my unit's key."""
    district = house().district
    units = {unit.id: unit for unit in read_units(db.reading, district)}
    unit = units.get(g.staff.unit_id)
    return render_template("accounts/account.html", unit=unit, roles=ROLES)


@bp.get("/admin/")
@staff_only
def admin() -> str:
    """Show units and members to the administrator; nothing of any tip."""
    if not g.staff.has_role("administrator"):
        abort(403)
    units = read_units(db.reading, house().district)
    return render_template(
        "accounts/admin.html",
        units=units,
        titles={unit.id: unit.title for unit in units},
        members=read_members(db.reading),
        roles=ROLES,
    )


def _name(text: object) -> str:
    """Clean a typed name; what could be no member's is answered like an unknown name."""
    try:
        return enrol.clean_name(text if isinstance(text, str) else "")
    except enrol.BadName:
        return ""


def _credentials(body: object) -> tuple[str, bytes]:
    fields = body if isinstance(body, dict) else {}
    try:
        auth = bytes.fromhex(str(fields.get("auth", "")))
    except ValueError:
        auth = b""
    if len(auth) != _AUTH_BYTES:
        abort(400)
    return _name(fields.get("name")), auth


def _first_page(roles: tuple[str, ...]) -> str:
    return url_for("accounts.admin") if "administrator" in roles else "/desk/"


def _wrap_key() -> str:
    return _text(services.read_wrap_key(db.reading, session[SID]))


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _demo_members(here: House) -> list[dict[str, Any]]:
    """Read the demo's members, so that one choice fills the form in; never in production."""
    path = here.config.data / "demo.json"
    if here.config.production or not path.exists():
        return []
    return list(json.loads(path.read_text("utf-8")))
