"""Files without scripts, for a tip that is stored: they come once its words are there."""

from flask import Blueprint, Response
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from ...app_state import app_state
from ...db import db
from ...db.commits import confirm_earlier
from ...logs import log_fault
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
from ..submission import Submission
from ..supplements import SealedFile, UnitClosedSince, add_files
from ..views import Page, back_to_form, show_result
from .file_intake import Outcome
from .file_outcomes import FileOutcome, file_outcomes
from .request import bring_files, sent_files

bp = Blueprint("more_files", __name__)


@bp.post("/tip/more")
@public
def send_more() -> Response | BaseResponse | Page:
    """Take files for the tip that this same form made before."""
    with sent_files() as (form, files):
        if not form.validate():
            return back_to_form()
        try:
            return _take(form, files)
        except (SQLAlchemyError, NumberTaken, NotWhole) as error:
            db.session.rollback()
            db.reading.rollback()
            log_fault(error)
            return _again(form, problem=_("文件现在存不上，请等一会儿再交。"), status=503)


def _take(form: FilesForm, files: list[FileStorage]) -> Response | BaseResponse | Page:
    intake = current_intake(db.session, form.nonce.day)
    if intake is None:
        return back_to_form()
    sent = Submission(intake, form.nonce, {})
    tip = _tip(sent)
    if tip is None:
        return back_to_form()
    spent = nonces.spent_bodies(db.reading, form.nonce.nonce)
    together = app_state().district.ways.is_sealed(tip.unit_id)
    is_machine = tip.machine_unit is not None
    # Nothing is read while a file is cleaned: an open reader makes SQLite's journal grow.
    db.reading.rollback()
    outcome = bring_files(form, files, spent, together=together)
    if (refusal := _store(form, sent, outcome)) is not None:
        return refusal
    result = Result(Received.AGAIN, form.nonce, any(spent.values()), is_machine)
    return _show(result, sent, outcome)


def _store(form: FilesForm, sent: Submission, outcome: Outcome) -> Page | None:
    """Name in a message what was sealed; return the page that says why, where none could be."""
    try:
        _add_once_or_twice(sent, outcome.sealed)
    except (Strayed, Unmarked) as astray:
        db.session.rollback()
        form.tell_astray(is_moved=isinstance(astray, Strayed))
        return _again(form)
    except (UnitClosedSince, TalkFull):
        db.session.rollback()
        return _again(form, problem=_("这条线索现在添不了文件。请过些天另写一条。"))
    return None


def _tip(sent: Submission) -> Tip | None:
    """Find the tip that this form made; None where it made none, or its words are deleted."""
    found = store.find_tip(db.reading, sent.lookup)
    return None if found is None or found.status is TipStatus.PURGED else found


def _show(result: Result, sent: Submission, outcome: Outcome) -> Response:
    lines = [*file_outcomes(outcome)] or [FileOutcome("", _("请先选一个文件。"), is_failed=True)]
    response = show_result(result, sent.intake, files=lines)
    if outcome.is_busy:
        response.status_code, response.headers["Retry-After"] = 503, "60"
    elif all(line.is_failed for line in lines):
        response.status_code = 422
    return response


def _add_once_or_twice(sent: Submission, files: list[SealedFile]) -> None:
    """Add and commit. Who meets another message that came at the same moment looks again."""
    if not files:
        # Those that were known already are told as taken.
        confirm_earlier(db.session)
        db.session.commit()
        return
    try:
        add_files(db.session, sent, files)
        db.session.commit()
    except (IntegrityError, StaleDataError, NumberTaken):
        db.session.rollback()
        add_files(db.session, sent, files)
        db.session.commit()


def _again(form: FilesForm, *, problem: str = "", status: int = 422) -> Page:
    if problem:
        form.form_errors.append(problem)
    token = app_state().tokens.renew(form.nonce)
    headers = {"Retry-After": "60"} if status == 503 else {}
    return render_more(form, token), status, headers
