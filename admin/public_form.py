"""What the forms of reporters share: a signed token in place of a cookie, plain lines of text."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation

from .house import house
from .tokens import BadToken, FormNonce

STALE = _l("页面放得太久了。您写的字还在，请再按一次。")


class FormToken(CSRF):
    """The token of a public form, where WTForms expects one against forged requests.

    A public form holds no authority that a stranger could borrow; the token is there so that a
    form sent twice counts once.
    """

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Make none: a page asks for `PublicForm.next_token` when it is rendered."""
        del csrf_token_field
        return ""

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Keep what the token says. An old one passes: what came with it may be stored already."""
        try:
            form.nonce, form.is_fresh = house().tokens.read(field.data or "")
        except BadToken:
            raise StopValidation(str(STALE)) from None


class PublicForm(Form):
    """A form with a token. `nonce` and `is_fresh` are there once it was found valid."""

    class Meta(DefaultMeta):
        csrf = True
        csrf_class = FormToken
        csrf_field_name = "token"

    keeps_old_nonce: ClassVar[bool] = False
    """Whether a form shown again keeps its nonce after its 24 hours."""
    nonce: FormNonce
    is_fresh: bool

    @property
    def next_token(self) -> str:
        """The token for the next showing: with the nonce that came in, or a new one."""
        tokens = house().tokens
        try:
            nonce, is_fresh = tokens.read(self["token"].data or "")
        except BadToken:
            return tokens.new()
        return tokens.renew(nonce) if is_fresh or self.keeps_old_nonce else tokens.new()


def lines(text: str | None) -> str | None:
    """Count a line's end as one character, as the person who typed it does."""
    return text and text.replace("\r\n", "\n").replace("\r", "\n")
