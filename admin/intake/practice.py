"""The practice page: the form as it is, to try it out. It validates and stores nothing."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ..app_state import app_state, page_language
from ..sealing import receipt
from ..web.large import kept_large
from ..web.security import public
from ..wire.padding import pad_page
from .forms import CopiedForm, TipForm, make_offer
from .pages import SENT_SIZE, SentPage, render_form, render_sent

bp = Blueprint("practice", __name__)

# Nobody's: it opens nothing, and looks like an example.
_GROUPS = tuple(receipt.grouped(receipt.with_checks("0123456789" * 3)).split(" "))
_ASKED = 2


@bp.get("/tip/practice/")
@public
def show_practice() -> str:
    """Show the form, marked as practice."""
    form = _new_form(None)
    form.preset()
    return _render(form)


@bp.post("/tip/practice/sent")
@public
def practise() -> Response | tuple[str, int]:
    """Answer as to a tip, with an example of a receipt; nothing is kept, not even the nonce."""
    form = _new_form(request.form)
    if not form.validate():
        return _render(form), 422
    return _show_result(_GROUPS)


@bp.post("/tip/practice/copied")
@public
def practise_copying() -> Response:
    """Take one group of the example, as the true page does."""
    form = CopiedForm(request.form)
    if form.validate() and not form.is_copy_of(_GROUPS[_ASKED - 1]):
        form.group.errors = [_("这一组和查询码对不上。请看着您记下的，再输入一遍。")]
    return _show_result(_GROUPS if form.errors else (), form)


@bp.get("/tip/practice/sent")
@bp.get("/tip/practice/copied")
@public
def back_to_practice() -> BaseResponse:
    """Send who comes back by address to the practice form."""
    return redirect(kept_large(url_for(".show_practice")))


def _new_form(sent: Any) -> TipForm:
    """Make the form with every choice there is: practice needs no open unit."""
    district = app_state().district
    form = TipForm(sent)
    form.offer(make_offer(district, district.categories, page_language()))
    return form


def _render(form: TipForm) -> str:
    return render_form(
        form,
        token=form.next_token,
        practice=True,
        any_open=True,
        sealed_way_open=True,
        contact_open=True,
        missing=[],
    )


def _show_result(groups: tuple[str, ...], form: CopiedForm | None = None) -> Response:
    page = SentPage(
        groups=groups,
        asked=_ASKED,
        is_supplement=False,
        token=app_state().tokens.new(),
        is_practice=True,
    )
    status = 422 if form is not None and form.errors else 200
    # As large as the true one: who watches the line can't tell who practises.
    return make_response(pad_page(render_sent(page, form or CopiedForm()), SENT_SIZE), status)
