"""The pages at the gate: to the provider and back, the directory's form, and what if it is down."""

import logging

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField, StringField

from ...access.replies import first_page
from ...app_state import app_state
from ...audit.log import NOBODY, record
from ...clock import seconds
from ...db import db
from ...logs import OWN
from ...settings.gate import WhenDown
from ...web.security import public
from .. import throttle
from . import emergency, keeper, marks
from .faults import GateDown, NotPassed

bp = Blueprint("gate", __name__, url_prefix="/desk/gate")

Answer = str | Response | BaseResponse | tuple[str, int]


class DirectoryForm(FlaskForm):  # type: ignore[misc]
    """The county's name and password: handed on once, kept nowhere."""

    class Meta:
        # The guard of staff pages checks the token of every post.
        csrf = False

    account = StringField()
    password = PasswordField()


@bp.get("/")
@public
def show() -> Answer:
    """Say what is asked here, and of whom; who needs not pass goes on."""
    if g.staff is not None:
        return redirect(first_page(g.staff.roles))
    if g.pending is not None or keeper.passed() is not None or _is_open():
        return redirect(url_for("signin.sign_in"))
    return _page()


@bp.post("/way")
@public
def lead() -> Answer:
    """Lead the browser to the provider: by a page, since a redirect would be a form's action."""
    provider = keeper.keeper().provider or abort(404)
    if not keeper.keeper().asking.take():
        return _too_fast(throttle.BUSY)
    one = marks.new_try()
    try:
        way = provider.way(one, _back())
    except GateDown as fault:
        return _down(fault)
    page = make_response(render_template("signin/gate_way.html", way=way, gate=_gate()))
    keeper.set_try(page, keeper.keeper().marks.write_try(one))
    return page


@bp.get("/back")
@public
def come_back() -> Answer:
    """Judge what the provider sends the browser back with.

    The browser comes from another site, so the desk's own cookie is not with it. Nothing here may
    make a new one: in another window somebody may be signed in.
    """
    provider = keeper.keeper().provider or abort(404)
    one = keeper.keeper().marks.read_try(keeper.read_try())
    if one is None:
        return _not_back(_("隔得太久，或者换了浏览器。请再试一次。")), 403
    if not keeper.keeper().asking.take():
        return _not_back(_("现在人太多。请等几秒，再试一次。")), 429
    try:
        who = provider.who(one, request.args, _back())
    except NotPassed as fault:
        return _once(_not_back(_write_refused(fault)), 403)
    except GateDown as fault:
        _tell_down(fault)
        return _once(_not_back(_down_words()), 503)
    page = _once(render_template("signin/gate_passed.html", gate=_gate(), who=who), 200)
    keeper.let_pass(page, who)
    return page


@bp.post("/check")
@public
def check() -> Answer:
    """Let the directory judge a name and a password."""
    directory = keeper.keeper().directory or abort(404)
    form = DirectoryForm()
    name, password = (form.account.data or "").strip(), form.password.data or ""
    if not keeper.keeper().asking.take():
        return _too_fast(throttle.BUSY)
    name_hash = throttle.hash_name(app_state().config.key("gate"), name.casefold())
    try:
        # Counted before it is judged: a county's password can be guessed.
        throttle.count_try(db.session, name_hash, _now())
        db.session.commit()
        who = directory.who(name, password)
    except throttle.TooFast as fault:
        return _too_fast(fault.seconds)
    except NotPassed as fault:
        return _page(_write_refused(fault), 403)
    except GateDown as fault:
        _forget(name_hash)
        return _down(fault)
    _forget(name_hash)
    response = redirect(url_for("signin.sign_in"), 303)
    keeper.let_pass(response, who)
    return response


def _forget(name_hash: bytes) -> None:
    throttle.forget(db.session, name_hash)
    db.session.commit()


@bp.post("/without")
@public
def go_without() -> Answer:
    """Let by where the operator allows it, and the gate really does not answer this moment."""
    here = keeper.keeper()
    if here.gate.when_down is not WhenDown.OPEN:
        abort(404)
    if not here.asking.take() or not here.writing.take():
        return _too_fast(throttle.FIRST_WAIT)
    asked = here.provider or here.directory or abort(404)
    if asked.is_there():
        return _page(_("%(gate)s现在有应答。请照常通过。", gate=here.gate.title), 409)
    record(db.session, "gate_without", by=NOBODY)
    db.session.commit()
    response = redirect(url_for("signin.sign_in"), 303)
    keeper.let_pass(response, "")
    return response


def _gate() -> str:
    return keeper.keeper().gate.title


def _back() -> str:
    """Give the address to which the provider sends the browser; it must be entered there."""
    config = app_state().config
    scheme = "https" if config.production else request.scheme
    return f"{scheme}://{config.desk_host}{url_for('gate.come_back')}"


def _now() -> int:
    return seconds()


def _is_open() -> bool:
    return emergency.open_until(db.reading, _now()) is not None


def _page(says: str = "", status: int = 200, *, is_down: bool = False) -> tuple[str, int]:
    here = keeper.keeper()
    page = render_template(
        "signin/gate.html",
        gate=here.gate.title,
        form=DirectoryForm(formdata=None) if here.directory else None,
        says=says,
        is_down=is_down,
        may_go=is_down and here.gate.when_down is WhenDown.OPEN,
    )
    return page, status


def _too_fast(seconds: int) -> tuple[str, int]:
    return _page(_("试得太多了。请等 %(seconds)s 秒，再试一次。", seconds=seconds), 429)


def _down(fault: GateDown) -> tuple[str, int]:
    _tell_down(fault)
    return _page(_down_words(), 503, is_down=True)


def _down_words() -> str:
    return str(_("%(gate)s没有应答，现在过不去。", gate=_gate()))


def _not_back(says: str) -> str:
    return render_template("signin/gate_not_back.html", gate=_gate(), says=says)


def _once(page: str, status: int) -> Response:
    """Answer, and take the try away: it is good for one way back."""
    response = make_response(page, status)
    keeper.forget_try(response)
    return response


def _tell_down(fault: GateDown) -> None:
    """Tell the operator's journal, and the auditor: somebody on duty may stand before the door."""
    logging.getLogger(OWN).error("the gate gives no answer: %s", fault)
    _write("gate_down", str(fault))


def _write_refused(fault: NotPassed) -> str:
    _write("gate_refused", str(fault))
    if str(fault) == "password":
        return str(_("账号或认证密码不对。请再试一次。"))
    return str(_("%(gate)s没有认出您，或者应答不对。请再试一次。", gate=_gate()))


def _write(act: str, code: str) -> None:
    """Add a line, as long as strangers have not caused too many."""
    if keeper.keeper().writing.take():
        record(db.session, act, by=NOBODY, detail=f"gate_{code}")
        db.session.commit()
