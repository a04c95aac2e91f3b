"""The mailbox without scripts: the receipt comes with each request and is forgotten after it."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from ..app_state import app_state, language, page_language
from ..db import db
from ..sealing.payload import Kind
from ..vault import vault
from ..web.large import kept_large
from ..web.security import public
from ..wire.padding import pad_page
from . import words
from .forms import DangerForm, LetterForm, ReceiptForm, WithdrawForm, WordsForm
from .seeing import note_visit
from .services import wordless_call
from .visit import Delivery, Visit, deliver, visit

PAGE_STEP = 32 * 1024
"""Pages grow in steps, so that their length on the wire tells little about the talk."""

bp = Blueprint("mailbox", __name__)


@bp.after_request
def pad(response: Response) -> Response:
    """Bring a page up to the next step."""
    if response.mimetype == "text/html" and not response.is_streamed:
        response.set_data(pad_page(response.get_data(as_text=True), PAGE_STEP))
    return response


def long_day(day: date) -> str:
    """Write a day out, in the page's language."""
    return str(format_date(day, "long"))


@bp.context_processor
def page_helpers() -> dict[str, object]:
    """Give the mailbox's pages the address of the form for tips, and a way to write days."""
    return {
        "tip_url": f"{language().prefix}/tip/",
        "long_day": long_day,
        "happens": words.HAPPENS,
        "has_room": vault().room.takes_words,
    }


@bp.get("/")
@public
def start() -> str:
    """Ask for the receipt."""
    return _start_page(ReceiptForm())


@bp.post("/")
@public
def look() -> ResponseReturnValue:
    """Show where the tip stands and what staff answered, opened in memory for this request."""
    form = ReceiptForm(request.form)
    if not form.validate():
        return _start_page(form), 422
    found = visit(form)
    return _either(
        found,
        lambda shown: _mailbox_page(form, shown, WordsForm(request.form)),
        lambda: _start_page(form, is_unknown=True),
    )


def _either(found: Visit, known: Callable[[Visit], str], unknown: Callable[[], str]) -> str:
    """Make the page of a known receipt and that of an unknown one, and give the one that fits.

    Who measures how long an answer takes learns nothing of whether the receipt is known.
    """
    pages = known(found.shown), unknown()
    return pages[found.mail is None]


@bp.post("/words")
@public
def send_words() -> ResponseReturnValue:
    """Take an answer, or more words."""
    return _take(WordsForm(request.form), "message")


@bp.post("/danger")
@public
def report_danger() -> ResponseReturnValue:
    """Show 110 and the law's protections first; then mark the tip as most urgent."""
    return _take(DangerForm(request.form), "danger")


@bp.post("/withdraw")
@public
def withdraw() -> ResponseReturnValue:
    """Say what withdrawing does and does not do; then ask staff to stop and delete."""
    return _take(WithdrawForm(request.form), "withdraw")


@bp.get("/words")
@bp.get("/danger")
@bp.get("/withdraw")
@public
def start_again() -> ResponseReturnValue:
    """Send who reloads an address, without its form, to the start."""
    return redirect(kept_large(url_for(".start")))


def _take(form: LetterForm, kind: Kind) -> ResponseReturnValue:
    """Walk one letter through its steps: receipt, explanation, words, stored."""
    receipt = ReceiptForm(request.form)
    if not receipt.validate():
        return _start_page(receipt), 422
    found = visit(receipt)
    if kind != "message" and not form.confirm.data and not found.is_purged:
        return _either(
            found,
            lambda shown: _step_page(kind, shown, form),
            lambda: _start_page(receipt, is_unknown=True),
        )
    if found.mail is None or not found.can_write:
        return _mailbox_page(receipt, found, WordsForm())
    if not form.validate():
        return _refused_page(kind, receipt, found, form), 422
    delivery = deliver(db.session, found.mail, found.keys, form, kind)
    if delivery is Delivery.REFUSED:
        return _refused_page(kind, receipt, found, form), 422
    if delivery is Delivery.MARKED and request.form.get("words", "").strip():
        return _step_page(kind, found, form, marked=str(words.MARKED))
    # Words typed beside a withdrawal were not sent: they stay in their box.
    rest = WordsForm(request.form) if kind == "withdraw" else WordsForm()
    return _mailbox_page(receipt, visit(receipt), rest, stored=kind)


def _start_page(form: ReceiptForm, *, is_unknown: bool = False) -> str:
    return render_template(
        "mailbox/start.html",
        form=form,
        site_id=app_state().site_id,
        draft=app_state().drafts.new(),
        is_unknown=is_unknown,
        # Where a receipt was spoilt on the way, what was written beside it waits for the right one.
        typed_words=request.form.get("words", ""),
        script_words=words.script_words(),
        letter_form=WordsForm(),
        # Files come by the package that takes tips.
        limits=app_state().config if "intake" in app_state().config.rooms else None,
        danger_fields=DangerForm(),
        words=words,
    )


def _mailbox_page(
    receipt: ReceiptForm, found: Visit, form: LetterForm, *, stored: Kind | None = None
) -> str:
    if found.mail is None:
        return _start_page(receipt, is_unknown=True)
    tip = found.mail.tip
    note_visit(found)
    return render_template(
        "mailbox/mailbox.html",
        visit=found,
        tip=tip,
        form=form,
        status_words=words.STATUS_WORDS[tip.status],
        turn_to=words.turn_to(tip, app_state().district, page_language()),
        next_look=words.next_look(tip, found.mail.talk),
        moved=words.way_out(found.mail.tip, found.mail.talk),
        has_replies=any(entry.side == "staff" for entry in found.entries),
        stored=words.STORED[stored] if stored else "",
        act=stored if stored in words.HAPPENS else words.recent_act(tip),
        called_on=wordless_call(tip, found.mail.rows),
    )


def _step_page(kind: Kind, found: Visit, form: LetterForm, *, marked: str = "") -> str:
    typed = request.form.get("words", "")
    page = f"mailbox/{kind}.html"
    is_apart = found.mail is not None and found.mail.tip.machine_unit is not None
    return render_template(
        page, visit=found, form=form, words=typed, marked=marked, is_apart=is_apart
    )


def _refused_page(kind: Kind, receipt: ReceiptForm, found: Visit, form: LetterForm) -> str:
    if kind == "message":
        return _mailbox_page(receipt, found, form)
    return _step_page(kind, found, form)
