"""Forms of a tip's page beside the decision and the message: notes, gradings, links, merging."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from ..forms import SealedField
from ..seconding import EndReason
from .notes import NoteKind, SealedNote
from .words import GRADES

# As sealing.payload.new_reference makes them: no I, L, O or U.
_REFERENCE = r"^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\Z"


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note or grading, sealed in the browser; the server can't read it."""

    number = IntegerField(_l("序号"), [NumberRange(min=1, message=_l("序号不对。请刷新页面。"))])
    sealed = SealedField(_l("内容"))

    def note(self, kind: NoteKind) -> SealedNote:
        """Give the note of a form that was validated."""
        number, sealed = self.number.data, self.sealed.data
        if number is None or sealed is None:
            raise ValueError("not validated")
        return SealedNote(number, kind, sealed)


class ReasonField(SealedField):
    """A sealed note that need not be there: one alone may decide most things."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.raw_data and self.raw_data[0]:
            super().post_validate(form, validation_stopped)


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a tip is to be ended, as a note that the browser sealed, and what its words told it."""

    number = IntegerField(_l("序号"), [Optional(), NumberRange(min=1)])
    sealed = ReasonField(_l("内容"))
    minor = HiddenField()
    mass = HiddenField()

    def end_reason(self) -> EndReason:
        """Give what a form that was validated says."""
        number, sealed = self.number.data, self.sealed.data
        note = SealedNote(number, NoteKind.NOTE, sealed) if number and sealed else None
        return EndReason(note, is_minor=self.minor.data == "yes", is_mass=self.mass.data == "yes")


class GradingChoices(Form):
    """What a grading is chosen from. It never comes back in clear: the browser seals the choice."""

    source = RadioField(_l("来源"), [InputRequired()])
    information = RadioField(_l("信息"), [InputRequired()])
    handling = RadioField(_l("知情范围"), [InputRequired()])

    def __init__(self) -> None:
        # Who sends without a name is untested, unless staff know better.
        super().__init__(data={"source": "untested", "handling": "general"})
        for name, words in GRADES.items():
            self._fields[name].choices = list(words.items())  # type: ignore[attr-defined]


class OtherTipForm(FlaskForm):  # type: ignore[misc]
    """Names another tip of the unit. Small letters and spaces are no mistake."""

    other = StringField(
        _l("另一条线索的编号"),
        [
            InputRequired(_l("请写另一条线索的编号。")),
            Regexp(_REFERENCE, message=_l("编号不对。应该像 01234-56789，请照页面上的写。")),
        ],
        filters=[lambda text: re.sub(r"\s", "", text or "").upper()],
    )
