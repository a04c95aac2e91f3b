"""The pages of 办结通报: a unit's texts, one text, and what its second person says.

That a text was written leaves no line in the log: its time would pair it with the end of a tip.
"""

from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...audit.log import keep_untold
from ...db import db
from ...models import Bulletin
from .. import words
from ..answers import refused
from ..blueprint import Answer
from . import services
from .forms import AnswerTextForm, TextForm, objection
from .publishing import FIRST, LAST
from .services import find_bulletin, may_write, objections, read_bulletins
from .words import BODY_MOST, TITLE_MOST, bulletin_words

bp = Blueprint("bulletins", __name__, url_prefix="/desk/bulletins")

_NOT_NOW: Final[dict[type[Exception], Any]] = {
    StaleDataError: _l("别人刚刚改过或删了这一条。字还在，请先复制下来，再刷新看一看。"),
    IntegrityError: _l("没有保存。请再按一次。"),
    services.TooManyTexts: _l("本单位写好还没公布的太多了。请先删除不用的。"),
    services.OwnText: _l("您自己写的，要另一位负责人来答。"),
    services.WriterLeft: _l("写的人已经停用。请改一遍，再请另一位负责人答。"),
    services.AlreadyAnswered: _l("已经有人答过了。请刷新页面。"),
    services.Objected: _l("清单改过了，有的字现在不能用。请改一遍再交。"),
}


class NotThisUnit(Exception):
    """The unit writes no such texts."""


def _not_now(sentence: LazyString, _error: Exception) -> tuple[Response, int]:
    db.session.rollback()
    return jsonify(error=str(sentence), errors={}), 422


for _kind, _sentence in _NOT_NOW.items():
    bp.register_error_handler(_kind, partial(_not_now, _sentence))
bp.register_error_handler(NotThisUnit, partial(_not_now, _l("涉公职的单位和练习单位不写通报。")))


@bp.get("/")
@may(Act.BULLETIN)
def show_bulletins() -> Answer:
    """List the unit's texts; on which day one is published stands nowhere."""
    return render_template(
        "desk/bulletins/list.html",
        rows=read_bulletins(db.reading, g.staff.unit_id),
        refusals=app_state().district.bulletins.refusals,
        may_write=may_write(g.staff.unit_id),
        days=(FIRST, LAST),
    )


@bp.get("/new")
@may(Act.BULLETIN)
def new_bulletin() -> Answer:
    if not may_write(g.staff.unit_id):
        return redirect(url_for(".show_bulletins"))
    return _page(None)


@bp.get("/<int:bulletin_id>")
@may(Act.BULLETIN)
def show_bulletin(bulletin_id: int) -> Answer:
    return _page(_own(db.reading, bulletin_id))


def _page(bulletin: Bulletin | None) -> Answer:
    answers = bulletin is not None and _may_answer(bulletin)
    return render_template(
        "desk/bulletins/text.html",
        bulletin=bulletin,
        objections=[objection(found) for found in objections(bulletin)] if bulletin else [],
        refusals=app_state().district.bulletins.refusals,
        answer_form=AnswerTextForm() if answers else None,
        most=(TITLE_MOST, BODY_MOST),
        days=(FIRST, LAST),
        rules=app_state().district.bulletins.for_browser(),
        browser_words=words.browser_words(app_state().district) | {"bulletin": bulletin_words()},
    )


def _may_answer(bulletin: Bulletin) -> bool:
    is_open = bulletin.agreed_on is None and bulletin.refusal is None
    is_head = is_allowed(Act.AGREE_BULLETIN, g.staff.roles)
    return is_open and is_head and bulletin.by != g.staff.name


@bp.post("/")
@may(Act.BULLETIN)
def add_bulletin() -> Answer:
    """Keep a new text for the second person."""
    form = _validated()
    if isinstance(form, tuple):
        return form
    services.write_bulletin(db.session, g.staff.unit_id, **form.words(), by=g.staff.name)
    return _saved(is_logged=False)


@bp.post("/<int:bulletin_id>")
@may(Act.BULLETIN)
def change_bulletin(bulletin_id: int) -> Answer:
    """Give a text other words; what was agreed to is agreed to no more."""
    form = _validated()
    if isinstance(form, tuple):
        return form
    bulletin = _as_seen(bulletin_id, form.version.data)
    is_logged = services.change_bulletin(db.session, bulletin, **form.words(), by=g.staff.name)
    return _saved(is_logged=is_logged)


@bp.post("/<int:bulletin_id>/drop")
@may(Act.BULLETIN)
def drop_bulletin(bulletin_id: int) -> Answer:
    bulletin = _own(db.session, bulletin_id)
    return _saved(is_logged=services.drop_bulletin(db.session, bulletin, by=g.staff.name))


@bp.post("/<int:bulletin_id>/answer")
@may(Act.AGREE_BULLETIN)
def answer_bulletin(bulletin_id: int) -> Answer:
    """Answer as the second person."""
    form = AnswerTextForm()
    if not form.validate_on_submit():
        return refused(form)
    bulletin = _as_seen(bulletin_id, form.version.data)
    if form.agree.data == "yes":
        services.agree(db.session, bulletin, by=g.staff.name)
    else:
        services.refuse(db.session, bulletin, refusal=form.refusal.data, by=g.staff.name)
    return _saved(is_logged=True)


def _validated() -> TextForm | tuple[Response, int]:
    """Read what was written, or give the answer that says what is to be mended."""
    if not may_write(g.staff.unit_id):
        raise NotThisUnit
    form = TextForm()
    return form if form.validate_on_submit() else refused(form)


def _own(session: Session, bulletin_id: int) -> Bulletin:
    """Load a text of the unit; another unit's is as unknown as one that never was."""
    found = find_bulletin(session, g.staff.unit_id, bulletin_id)
    return found or abort(404)


def _as_seen(bulletin_id: int, version: int | None) -> Bulletin:
    """Load it as the page showed it. Raises `StaleDataError`."""
    bulletin = _own(db.session, bulletin_id)
    if bulletin.version != version:
        raise StaleDataError
    return bulletin


def _saved(*, is_logged: bool) -> Answer:
    if not is_logged:
        keep_untold(db.session)
    db.session.commit()
    return redirect(url_for(".show_bulletins"), 303)
