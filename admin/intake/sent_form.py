"""A form of words as it was sent: read at once by the tip's fields, shown again by WTForms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from werkzeug.datastructures import MultiDict

from ..app_state import app_state
from ..tip.answers import Answers, Options, Unclear, read_answers
from ..tip.fields import FIELDS
from ..wire.form_tokens import BadToken, FormNonce
from .forms import CONTACT_MAX, TipForm
from .pages import new_form


@dataclass
class SentForm:
    """What somebody sent. `nonce`, `is_fresh` and `answers` are there once `is_right` was true."""

    posted: MultiDict[str, str] = field(repr=False)
    left: Sequence[str] = field(repr=False)
    """Names of files that were chosen and cannot come with the words."""
    nonce: FormNonce = field(init=False)
    is_fresh: bool = field(init=False)
    answers: Answers = field(init=False, repr=False)

    def is_right(self) -> bool:
        """Tell whether token and answers can be taken; where not, `page` says what is wrong.

        Most are plainly right, and making a form's seventeen fields is an eighth of what a tip
        costs. Whatever is not plainly so is judged by the form.
        """
        try:
            self.nonce, self.is_fresh = app_state().tokens.read(self.posted.get("token", ""))
            self.answers = read_answers(self.posted, _options())
        except (BadToken, Unclear):
            return self._is_right_by_form()
        return len(self.contact) <= CONTACT_MAX or self._is_right_by_form()

    def _is_right_by_form(self) -> bool:
        if not self.page.validate():
            return False
        self.nonce, self.is_fresh = self.page.nonce, self.page.is_fresh
        self.answers = self.page.answers()
        return True

    @cached_property
    def page(self) -> TipForm:
        """The form with all that was typed, to be shown again."""
        return new_form(self.posted)

    @property
    def contact(self) -> str:
        return self.posted.get("contact", "").strip()

    @property
    def is_decoy(self) -> bool:
        """Whether the field was filled in that people don't see."""
        return bool(self.posted.get("website"))


def _options() -> Options:
    # A tip may have been stored while its unit was open: every category is right, offered or not.
    district = app_state().district
    return {one.name: district.options(one.name) for one in FIELDS if one.has_options}
