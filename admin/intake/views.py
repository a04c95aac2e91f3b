"""The public form: show it, take it, prove that the receipt was copied."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as BaseResponse

from ..app_state import app_state, language
from ..db import db
from ..logs import log_fault
from ..sealing import receipt
from ..sealing.marks import Strayed, Unmarked
from ..vault import store, vault
from ..vault.files.room import says_full
from ..vault.lane import lane_size
from ..vault.spent import nonces
from ..vault.store import NumberTaken, TalkFull
from ..web.large import kept_large
from ..web.security import public
from ..wire.form_tokens import FormNonce
from ..wire.padding import pad_page
from .contact import ContactRefused, Problem
from .current import current_intake
from .flood import Verdict, flood, sender_group
from .forms import CopiedForm
from .no_js.file_outcomes import FileOutcome, left_out
from .no_js.request import sent_words
from .pages import (
    SENT_SIZE,
    SentPage,
    first_view,
    render_form,
    render_sent,
    sent_view,
)
from .sent_form import SentForm
from .services import Received, Result, receive
from .submission import Intake, NoUnitOpen, Submission
from .supplements import UnitClosedSince

bp = Blueprint("intake", __name__)
Page = tuple[str, int, dict[str, str]]
_TURNS = 4
_WAIT_SECONDS = 60
_CONTACT_SENTENCES = {
    Problem.CLOSED: _l("联系方式现在没有单位能看。请清空这一栏，再发一次。"),
    Problem.EXCLUDED: _l("能看联系方式的单位，您勾了不能看。请清空这一栏，或者不勾那个单位。"),
    Problem.CHANGED: _l("这条先前发过，联系方式不能再改。请照原样写，或者清空这一栏。"),
}


@bp.get("/tip/")
@public
def show_tip() -> str:
    """Show the whole form; links may come with a category or the sealed way chosen."""
    return first_view(request.args.get("category", ""), request.args.get("official", ""))


@bp.get("/tip/sent")
@bp.get("/tip/copied")
@public
def back_to_form() -> BaseResponse:
    """Send who comes back by address to the form: a result belongs to one sent form."""
    return redirect(kept_large(f"{language().prefix}/tip/"))


@bp.post("/tip/sent")
@public
def send_tip() -> Response | Page:
    """Take a tip and answer with its receipt, in one response."""
    form = SentForm(*sent_words())
    is_right = form.is_right()
    try:
        return _send(form) if is_right else _again(form)
    except (SQLAlchemyError, NumberTaken) as error:
        # The database is full, busy or away. The words stay, and the nonce makes a retry safe.
        db.session.rollback()
        db.reading.rollback()
        log_fault(error)
        if isinstance(error, SQLAlchemyError) and says_full(error):
            vault().room.heed(error)
            return _again(form, no_room=True, status=503)
        sentence = _("现在存不上，字都还在。请等一分钟再发。")
        return _again(form, problem=sentence, status=503)


def _send(form: SentForm) -> Response | Page:
    intake = current_intake(db.session, form.nonce.day)
    if intake is None:
        return _again(form, problem=_expired(), token=app_state().tokens.new())
    problem = _wrong_age(form)
    if problem and not _is_known(form):
        return _again(form, problem=problem)
    if not vault().room.takes_words and not _is_known(form):
        return _again(form, no_room=True, status=503)
    verdict = _judge(form)
    # Asked only where it matters: all else that is no new tip meets its own row when it is written.
    is_new = not problem and (verdict is Verdict.NORMAL or not _is_known(form))
    if is_new and verdict is Verdict.REST:
        return _again(form, problem=_rest(), status=503)
    # A retry and a supplement pass. What becomes a tip of its own all the same stands apart.
    is_machine = verdict is not Verdict.NORMAL
    sent = Submission(intake, form.nonce, form.answers, form.contact, is_machine)
    return _take(form, sent, verdict, is_new=is_new)


def _judge(form: SentForm) -> Verdict:
    return flood().judge(
        proven=False,
        group=sender_group(),
        decoy=form.is_decoy,
        lane_size=lambda: lane_size(db.reading),
    )


def _is_known(form: SentForm) -> bool:
    return bool(nonces.spent_bodies(db.reading, form.nonce.nonce))


def _take(form: SentForm, sent: Submission, verdict: Verdict, *, is_new: bool) -> Response | Page:
    # What was looked up is known: a reader that stays open while others write and this one seals
    # and waits makes SQLite's journal grow (36 MB against 11 in a flood of 570 tips).
    db.reading.rollback()
    is_stored = False
    try:
        result = _receive(sent, is_new=is_new)
        is_stored = result.what is Received.STORED
    except NoUnitOpen:
        return _again(form, no_unit=True)
    except ContactRefused as refused:
        form.page.contact.errors = [str(_CONTACT_SENTENCES[refused.problem])]
        return _again(form)
    except (Strayed, Unmarked) as astray:
        db.session.rollback()
        form.page.tell_astray(is_moved=isinstance(astray, Strayed))
        return _again(form)
    except UnitClosedSince:
        return _again(
            form, problem=_("先前发的已经存好。这次补充的没存上，字都还在，请过些天再发。")
        )
    except TalkFull:
        db.session.rollback()
        return _again(form, problem=_("这一页已经补充太多次，存不下。请重新打开表单，另写一条。"))
    finally:
        if not is_stored:
            flood().undo(verdict, sender_group())
    return show_result(result, sent.intake, files=[*left_out(form.left)])


def _receive(sent: Submission, *, is_new: bool) -> Result:
    """Store and commit. The same form twice at one moment: the later finds the earlier one's row.

    Each turn that fails has met a row that was not there before, so three are enough for a tip,
    its supplement and the same supplement again.
    """
    for _turn in range(_TURNS - 1):
        try:
            return _receive_once(sent, is_new=is_new)
        except (IntegrityError, StaleDataError, NumberTaken):
            db.session.rollback()
            is_new = False
    return _receive_once(sent, is_new=False)


def _receive_once(sent: Submission, *, is_new: bool) -> Result:
    result = receive(db.session, sent, is_new=is_new)
    db.session.commit()
    return result


def _wrong_age(form: SentForm) -> str:
    """Name what is wrong with the age of a form of which nothing is stored yet."""
    if form.nonce.age < app_state().config.form_min_seconds:
        return str(_("发得太快了，字都还在。请再发一次。"))
    return "" if form.is_fresh else _expired()


def _expired() -> str:
    return str(_("这一页放得太久了，字都还在。请再发一次。"))


def _rest() -> str:
    sentences: tuple[str, ...] = (
        _("现在人多，请一分钟后再发。字都还在。"),
        _("有危险打 110，公职人员的问题打 12388，其他事打 12345。"),
    )
    return "".join(sentences)


def _again(
    form: SentForm, *, problem: str = "", token: str = "", status: int = 422, **why: Any
) -> Page:
    """Show the form again with all that was typed, and with a token that is good."""
    page = form.page
    if problem:
        page.form_errors.append(problem)
    if form.left:
        page.form_errors.append(_("文件还没有收下。发出字以后，在下一页再选。"))
    token = token or page.next_token
    headers = {"Retry-After": str(_WAIT_SECONDS)} if status == 503 else {}
    return render_form(page, token=token, **why), status, headers


def show_result(
    result: Result,
    intake: Intake,
    form: CopiedForm | None = None,
    files: Sequence[FileOutcome] = (),
) -> Response:
    """Show what became of the tip, with the receipt until the reporter has copied it."""
    page = SentPage(
        groups=() if result.closed else _groups(result.nonce, intake),
        asked=asked_group(result.nonce),
        is_supplement=result.what is Received.SUPPLEMENT,
        token=app_state().tokens.renew(result.nonce),
        is_machine=result.is_machine,
        files=tuple(files),
    )
    html, status = (render_sent(page, form), 422) if form else (sent_view(page), 200)
    response = make_response(pad_page(html, SENT_SIZE), status)
    if result.closed:
        # The pages that showed the receipt must not come back from the browser's cache.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


def asked_group(nonce: FormNonce) -> int:
    """Choose the group (1 to 6) that the reporter writes again: the same on every showing."""
    return nonce.nonce[0] % receipt.GROUPS + 1


@bp.post("/tip/copied")
@public
def copied() -> Response | BaseResponse:
    """Take one group of the receipt as proof that it was copied, and never show it again."""
    form = CopiedForm(request.form)
    valid = form.validate()
    if form.errors.get("token") or (intake := current_intake(db.session, form.nonce.day)) is None:
        return back_to_form()
    spent = nonces.spent_bodies(db.reading, form.nonce.nonce)
    if not spent:
        return back_to_form()
    sent = Submission(intake, form.nonce, answers={})
    standing = store.standing(db.reading, sent.lookup)
    is_machine = standing is not None and standing.is_machine
    result = Result(Received.AGAIN, form.nonce, any(spent.values()), is_machine)
    if valid and not result.closed and not _is_group(form, intake):
        form.group.errors = [_("这一组和查询码对不上。请看着您记下的，再输入一遍。")]
    if form.errors and not result.closed:
        return show_result(result, intake, form)
    nonces.close_nonce(db.session, form.nonce.nonce)
    db.session.commit()
    return show_result(replace(result, closed=True), intake)


def _groups(nonce: FormNonce, intake: Intake) -> list[str]:
    digits = receipt.digits_from(intake.day_key, nonce.nonce)
    return receipt.grouped(receipt.with_checks(digits)).split(" ")


def _is_group(form: CopiedForm, intake: Intake) -> bool:
    return form.is_copy_of(_groups(form.nonce, intake)[asked_group(form.nonce) - 1])
