"""Files once more, for a tip that is stored: those that could not be stored with it."""

from flask import Blueprint, Response
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as BaseResponse

from ...app_state import app_state
from ...db import db
from ...models import Tip
from ...sealing.marks import Strayed, Unmarked
from ...tip.status import TipStatus
from ...vault import store
from ...vault.files.uploads import NotWhole
from ...vault.spent import nonces
from ...vault.store import NumberTaken, TalkFull
from ...web.security import public
from ..current import current_intake
from ..forms import FilesForm
from ..pages import render_more
from ..services import Received, Result
from ..submission import Intake, Submission
from ..supplements import UnitClosedSince, add_files
from ..views import back_to_form, show_result
from .request import (
    bring_files,
    drop_unwanted,
    is_busy,
    lose_held,
    sent_form,
)

bp = Blueprint("more_files", __name__)
Page = tuple[str, int, dict[str, str]]


@bp.post("/tip/more")
@bp.post("/en/tip/more", endpoint="send_more_en")
@public
def send_more() -> Response | BaseResponse | Page:
    """Take files for the tip that this same form made before."""
    with sent_form(FilesForm) as (form, arrived):
        form.validate()
        intake = None if form.errors else current_intake(db.session, form.nonce.day)
        if intake is None or (tip := _tip(form, intake)) is None:
            return back_to_form()
        try:
            bring_files(form, arrived, together=app_state().district.ways.is_sealed(tip.unit_id))
            if form.brought.must_ask:
                return _again(form, status=503 if is_busy(form.brought) else 422)
            if not (form.brought.held or form.brought.stored or form.brought.failed):
                return _again(form, problem=_("请先选一个文件。"))
            return _add(form, intake)
        except (SQLAlchemyError, NumberTaken):
            db.session.rollback()
            db.reading.rollback()
            return _again(form, problem=_("文件现在存不上，请等一会儿再交。"), status=503)


def _tip(form: FilesForm, intake: Intake) -> Tip | None:
    """Find the tip that this form made; None where it made none, or its words are deleted."""
    found = store.find_tip(db.reading, Submission(intake, form.nonce, {}).lookup)
    db.reading.rollback()
    return None if found is None or found.status is TipStatus.PURGED else found


def _add(form: FilesForm, intake: Intake) -> Response | Page:
    brought = form.brought
    sent = Submission(
        intake, form.nonce, {}, files=tuple(brought.held), stored=frozenset(brought.known)
    )
    try:
        if sent.files:
            _add_once_or_twice(sent)
    except NotWhole:
        db.session.rollback()
        lose_held(form)
        return _again(form)
    except (Strayed, Unmarked) as astray:
        db.session.rollback()
        form.tell_astray(is_moved=isinstance(astray, Strayed))
        return _again(form)
    except (UnitClosedSince, TalkFull):
        db.session.rollback()
        return _again(form, problem=_("这条线索现在添不了文件。请过些天另写一条。"))
    drop_unwanted(form)
    spent = nonces.spent_bodies(db.reading, form.nonce.nonce)
    result = Result(Received.AGAIN, form.nonce, any(spent.values()))
    return show_result(result, intake, brought=brought)


def _add_once_or_twice(sent: Submission) -> None:
    """Add and commit. Who meets another message that came at the same moment looks again."""
    try:
        add_files(db.session, sent)
        db.session.commit()
    except (IntegrityError, StaleDataError, NumberTaken):
        db.session.rollback()
        add_files(db.session, sent)
        db.session.commit()


def _again(form: FilesForm, *, problem: str = "", status: int = 422) -> Page:
    if problem:
        form.form_errors.append(problem)
    token = app_state().tokens.renew(form.nonce)
    headers = {"Retry-After": "60"} if status == 503 else {}
    return render_more(form, token), status, headers
