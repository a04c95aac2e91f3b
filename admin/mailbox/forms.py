"""The mailbox's forms. They carry no cookie: a signed token keeps a retry from counting twice."""

from typing import Any

from wtforms import Form, HiddenField, StringField, TextAreaField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation

from ..house import house
from ..sealing.receipt import LENGTH, WrongGroup, WrongLength, check
from ..tokens import BadToken, FormNonce
from . import words
from .words import MOST_WORDS


class FormToken(CSRF):
    """The token of a public form, where WTForms expects one against forged requests."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Renew the token that came in, so that a form shown again keeps its nonce."""
        tokens = house().tokens
        try:
            nonce, is_fresh = tokens.read(csrf_token_field.data or "")
        except BadToken:
            return tokens.new()
        return tokens.renew(nonce) if is_fresh else tokens.new()

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Keep what the token says. An old one passes: its words may be stored already."""
        try:
            form.nonce, form.is_fresh = house().tokens.read(field.data or "")
        except BadToken:
            raise StopValidation(str(words.STALE)) from None


class ReceiptField(StringField):
    """A receipt as it was typed; `digits` are the 30 behind it, once it was found right."""

    digits = ""

    def pre_validate(self, form: Any) -> None:
        try:
            self.digits = check(self.data or "")
        except WrongLength as error:
            raise StopValidation(_wrong_length(error.found)) from None
        except WrongGroup as error:
            groups = str(words.AND).join(str(number) for number in error.groups)
            raise StopValidation(str(words.WRONG_GROUP) % {"groups": groups}) from None


class ReceiptForm(Form):
    """The mailbox's one field."""

    receipt = ReceiptField(words.RECEIPT)


class LetterForm(Form):
    """What the reporter sends to the staff. `confirm` is the second of two steps."""

    class Meta(DefaultMeta):
        csrf = True
        csrf_class = FormToken
        csrf_field_name = "token"

    confirm = HiddenField()
    nonce: FormNonce
    is_fresh: bool

    @property
    def body(self) -> str:
        """The text that is sealed."""
        return words.WITHDRAW_BODY


def _lines(text: str | None) -> str:
    """Count a line's end as one character, as the person who typed it does."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class WordsForm(LetterForm):
    """An answer, or more words."""

    words = TextAreaField(words.WORDS, filters=[_lines])

    def validate_words(self, field: TextAreaField) -> None:
        if not field.data:
            raise StopValidation(str(words.NO_WORDS))
        _refuse_long(field.data)

    @property
    def body(self) -> str:
        return str(self.words.data)


class DangerForm(LetterForm):
    """A call for protection. Words may stay away: the mark alone says enough."""

    words = TextAreaField(words.DANGER_WORDS, id="danger-words", filters=[_lines])

    def validate_words(self, field: TextAreaField) -> None:
        _refuse_long(field.data or "")

    @property
    def body(self) -> str:
        return f"{words.DANGER_BODY}\n{self.words.data}".strip()


class WithdrawForm(LetterForm):
    """A request to stop and delete."""


def _refuse_long(text: str) -> None:
    if len(text) > MOST_WORDS:
        raise StopValidation(str(words.TOO_LONG) % {"found": len(text)})


def _wrong_length(found: int) -> str:
    if not found:
        return str(words.EMPTY)
    sentence = words.TOO_FEW if found < LENGTH else words.TOO_MANY
    return str(sentence) % {"found": found, "off": abs(LENGTH - found)}
