"""The page 常用答复, and what a tip's page fetches of it. No word passes here but sealed."""

from base64 import b64encode
from typing import Any, Final

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...audit.log import record
from ...clock import seconds
from ...db import db
from ...renewal.guard import old_key
from .. import words
from ..answers import refused
from ..blueprint import Answer
from ..duty.shifts import OldKey
from ..forms import SealedField
from .services import MOST, Gone, TooMany, delete_ready, put_ready, read_ready
from .words import TITLE_MAX, ready_words

bp = Blueprint("ready", __name__, url_prefix="/desk/ready")

BODY_MAX: Final = 2000


class ReadyForm(FlaskForm):  # type: ignore[misc]
    """An answer, sealed in the browser to the unit's key; the server can't read it."""

    sealed = SealedField(_l("内容"))
    key = StringField()
    """Names the unit's key that it was sealed to."""


@bp.get("/")
@may(Act.WRITE)
def show_ready() -> Answer:
    """Show the unit's ready answers, still sealed; who may change them gets the form."""
    return render_template(
        "desk/ready.html",
        may_change=is_allowed(Act.READY, g.staff.roles),
        title_max=TITLE_MAX,
        body_max=BODY_MAX,
        browser_words=words.browser_words(app_state().district) | {"ready": ready_words()},
    )


@bp.get("/answers.json")
@may(Act.WRITE)
def answers_json() -> Answer:
    """Send the sealed answers, for the browser to open."""
    return jsonify(
        answers=[
            {"id": str(row.id), "sealed": b64encode(row.sealed).decode("ascii")}
            for row in read_ready(db.reading, g.staff.unit_id)
        ]
    )


@bp.post("/answers")
@may(Act.READY)
def save_ready() -> Answer:
    """Keep an answer that came sealed, in the place of another where one is named."""
    form = ReadyForm()
    if not form.validate_on_submit():
        return refused(form)
    values: dict[str, Any] = {"by": g.staff.name, "now": seconds()}
    values |= {"key": form.key.data or "", "sealed": form.sealed.data or b""}
    try:
        put_ready(
            db.session,
            g.staff.unit_id,
            replaces=request.form.get("replaces", type=int),
            **values,
        )
    except OldKey:
        return old_key()
    except Gone:
        return _not_kept(_("别人刚刚改过或删了这一条。字还在，请先复制下来，再刷新看一看。"))
    except TooMany:
        return _not_kept(_("最多存 %(n)s 条。请先删除不用的。", n=MOST))
    _audit("ready_saved")
    return redirect(url_for(".show_ready"), 303)


@bp.post("/answers/<int:answer_id>/delete")
@may(Act.READY)
def remove_ready(answer_id: int) -> Answer:
    """Delete an answer; another unit's is as unknown as one that never was."""
    try:
        delete_ready(db.session, g.staff.unit_id, answer_id)
    except Gone:
        return _not_kept(_("这一条已经没有了。请刷新这一页。"))
    _audit("ready_deleted")
    return redirect(url_for(".show_ready"), 303)


def _not_kept(sentence: str) -> Answer:
    db.session.rollback()
    return jsonify(error=sentence, errors={}), 422


def _audit(act: str) -> None:
    record(db.session, act, by=g.staff.name, unit_id=g.staff.unit_id)
    db.session.commit()
