"""The mailbox's forms. They carry no cookie: a signed token keeps a retry from counting twice."""

from typing import Any

from wtforms import Form, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from ..sealing.receipt import LENGTH, WrongGroup, WrongLength, check
from ..web.forms import PublicForm, lines
from . import words
from .words import MOST_WORDS


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
            sentence = words.WRONG_ORDER if error.is_order else words.WRONG_GROUP
            raise StopValidation(str(sentence) % {"groups": groups}) from None


class ReceiptForm(Form):
    """The mailbox's one field."""

    receipt = ReceiptField(words.RECEIPT)


class LetterForm(PublicForm):
    """What the reporter sends to the staff. `confirm` is the second of two steps."""

    confirm = HiddenField()

    @property
    def body(self) -> str:
        """The text that is sealed."""
        return words.WITHDRAW_BODY


def _lines(text: str | None) -> str:
    """Take the text without what stands around it."""
    return (lines(text) or "").strip()


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
