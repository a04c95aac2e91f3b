"""Forms of a tip's page beside the decision and the message: notes, gradings, links, merging."""

import re

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from ..forms import SealedField
from .notes import NoteKind, SealedNote
from .words import GRADES

# As sealing.payload.new_reference makes them: no I, L, O or U.
_REFERENCE = r"^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\Z"


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note or grading, sealed in the browser; the server can't read it."""

    number = IntegerField(
        _l("序号"), [NumberRange(min=1, message=_l("序号不对。请重新载入页面。"))]
    )
    sealed = SealedField(_l("内容"))

    def note(self, kind: NoteKind) -> SealedNote:
        """Give the note of a form that was validated."""
        number, sealed = self.number.data, self.sealed.data
        if number is None or sealed is None:
            raise ValueError("not validated")
        return SealedNote(number, kind, sealed)


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
