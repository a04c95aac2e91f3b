"""What the forms of reporters share: a signed token in place of a cookie, plain lines of text."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation

from ..app_state import app_state
from ..tip.answers import one_break
from ..wire.form_tokens import BadToken, FormNonce

STRAYED = _l("注意：您的线索像是被人挪了地方，这次没有发出去。")
STRAYED_WHY = _l("服务器说它在一个单位，可您没让它去那里。可能有人动了手脚。")
ELSEWHERE = _l("字都还在，请先抄下来。急事打 110，公职人员的事打 12388，别的打 12345。")
UNMARKED = _l("现在还不能补充，这次没有发出去。")
UNMARKED_WHY = _l("还不能确定您的话会到哪个单位。承办人打开过这条线索，就能补充了。")
UNMARKED_NEXT = _l("字都还在，请先抄下来，过几天再来。急事打 110，别的打 12345。")
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
            form.nonce, form.is_fresh = app_state().tokens.read(field.data or "")
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
    alarm: str = ""
    """What stands above the faults in place of its usual words."""

    def tell_astray(self, *, is_moved: bool) -> None:
        """Say that nothing was sealed, for nobody vouches for the unit at which the tip lies.

        Where `is_moved`, somebody vouches for another one: that is an alarm.
        """
        moved = STRAYED, STRAYED_WHY, ELSEWHERE
        alarm, *lines = moved if is_moved else (UNMARKED, UNMARKED_WHY, UNMARKED_NEXT)
        self.alarm = str(alarm)
        self.form_errors += map(str, lines)

    @property
    def next_token(self) -> str:
        """The token for the next showing: with the nonce that came in, or a new one."""
        tokens = app_state().tokens
        try:
            nonce, is_fresh = tokens.read(self["token"].data or "")
        except BadToken:
            return tokens.new()
        return tokens.renew(nonce) if is_fresh or self.keeps_old_nonce else tokens.new()


def lines(text: str | None) -> str | None:
    """Count a line's end as one character, as the person who typed it does."""
    return text and one_break(text)
