"""The public form: show it, take it, prove that the receipt was copied."""

import unicodedata

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as BaseResponse

from ..db import db
from ..house import house, page_language
from ..sealing import receipt
from ..security import public
from ..tokens import FormNonce
from ..vault import nonces
from ..vault.store import NumberTaken
from .current import current_intake
from .forms import CopiedForm, TipForm
from .pages import SentPage, first_view, new_form, render_form, render_sent, sent_view
from .services import (
    Intake,
    NoUnitOpen,
    Received,
    Result,
    Submission,
    UnitClosedSince,
    receive,
)

bp = Blueprint("intake", __name__)
_TURNS = 4


@bp.get("/tip/")
@bp.get("/en/tip/", endpoint="show_tip_en")
@public
def show_tip() -> str:
    """Show the whole form; links may come with a category or the sealed way chosen."""
    return first_view(request.args.get("category", ""), request.args.get("official", ""))


@bp.get("/tip/sent")
@bp.get("/tip/copied")
@bp.get("/en/tip/sent", endpoint="back_to_form_en")
@bp.get("/en/tip/copied", endpoint="back_to_form_en")
@public
def back_to_form() -> BaseResponse:
    """Send who comes back by address to the form: a result belongs to one sent form."""
    return redirect(url_for("intake.show_tip" if page_language() == "zh" else "intake.show_tip_en"))


@bp.post("/tip/sent")
@bp.post("/en/tip/sent", endpoint="send_tip_en")
@public
def send_tip() -> Response | tuple[str, int]:
    """Take a tip and answer with its receipt, in one response."""
    form = new_form(request.form)
    if not form.validate():
        return _again(form)
    intake = current_intake(db.session, form.nonce.day)
    if intake is None:
        return _again(form, problem=_expired(), token=house().tokens.new())
    if problem := _wrong_age(form):
        return _again(form, problem=problem)
    try:
        result = _receive(Submission(intake, form.nonce, form.answers()))
    except NoUnitOpen:
        return _again(form, no_unit=True)
    except UnitClosedSince:
        return _again(
            form, problem=_("先前发的已经存好。这次补充的没存上，字都还在，请过些天再发。")
        )
    except (SQLAlchemyError, NumberTaken):
        # The database is full, busy or away. The words stay, and the nonce makes a retry safe.
        db.session.rollback()
        return _again(form, problem=_("现在存不上，字都还在。请等一分钟再按发送。"), status=503)
    return _show_result(result, intake)


def _receive(sent: Submission) -> Result:
    """Store and commit. The same form twice at one moment: the later finds the earlier one's row.

    Each turn that fails has met a row that was not there before, so three are enough for a tip,
    its supplement and the same supplement again.
    """
    for _turn in range(_TURNS - 1):
        try:
            result = receive(db.session, sent)
            db.session.commit()
        except (IntegrityError, StaleDataError, NumberTaken):
            db.session.rollback()
        else:
            return result
    result = receive(db.session, sent)
    db.session.commit()
    return result


def _wrong_age(form: TipForm) -> str:
    """Name what is wrong with the form's age, unless it was stored already: then it may return."""
    is_early = form.nonce.age < house().config.form_min_seconds
    if (form.is_fresh and not is_early) or nonces.spent_bodies(db.reading, form.nonce.nonce):
        return ""
    return _("发得太快了，字都还在。请再按一次发送。") if is_early else _expired()


def _expired() -> str:
    return str(_("这一页放得太久了，字都还在。请再按一次发送。"))


def _again(
    form: TipForm, *, problem: str = "", token: str = "", no_unit: bool = False, status: int = 422
) -> tuple[str, int]:
    """Show the form again with all that was typed, and with a token that is good."""
    if problem:
        form.form_errors.append(problem)
    token = token or form.next_token
    return render_form(form, token=token, no_unit=no_unit), status


def _show_result(result: Result, intake: Intake, form: CopiedForm | None = None) -> Response:
    """Show what became of the tip, with the receipt until the reporter has copied it."""
    page = SentPage(
        groups=() if result.closed else _groups(result.nonce, intake),
        asked=asked_group(result.nonce),
        is_supplement=result.what is Received.SUPPLEMENT,
        token=house().tokens.renew(result.nonce),
    )
    response = make_response((render_sent(page, form), 422) if form else (sent_view(page), 200))
    if result.closed:
        # The pages that showed the receipt must not come back from the browser's cache.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


def asked_group(nonce: FormNonce) -> int:
    """Choose the group (1 to 6) that the reporter writes again: the same on every showing."""
    return nonce.nonce[0] % receipt.GROUPS + 1


@bp.post("/tip/copied")
@bp.post("/en/tip/copied", endpoint="copied_en")
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
    result = Result(Received.AGAIN, form.nonce, closed=any(spent.values()))
    if valid and not result.closed and not _is_group(form, intake):
        form.group.errors = [_("这一组和查询码对不上。请看着纸上的字再写一遍。")]
    if form.errors and not result.closed:
        return _show_result(result, intake, form)
    nonces.close_nonce(db.session, form.nonce.nonce)
    db.session.commit()
    return _show_result(Result(Received.AGAIN, form.nonce, closed=True), intake)


def _groups(nonce: FormNonce, intake: Intake) -> list[str]:
    digits = receipt.digits_from(intake.day_key, nonce.nonce)
    return receipt.grouped(receipt.with_checks(digits)).split(" ")


def _is_group(form: CopiedForm, intake: Intake) -> bool:
    typed = unicodedata.normalize("NFKC", form.group.data or "")
    wanted = _groups(form.nonce, intake)[asked_group(form.nonce) - 1]
    return "".join(filter(str.isdecimal, typed)) == wanted
