"""The forms of a 通报: a text that the list lets pass, and a second person's answer."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ...app_state import app_state
from ...district.bulletins import Objection
from .words import BODY_LEAST, BODY_MOST, TITLE_LEAST, TITLE_MOST


class TextForm(FlaskForm):  # type: ignore[misc]
    """What is to be published. Whether anybody has told of it is not asked: both ticks say “if”."""

    title = StringField(
        _l("标题"),
        [Length(TITLE_LEAST, TITLE_MOST, _l("标题要 %(min)d 到 %(max)d 个字。"))],
        filters=[lambda text: (text or "").strip()],
    )
    body = StringField(
        _l("正文"),
        [Length(BODY_LEAST, BODY_MOST, _l("正文要 %(min)d 到 %(max)d 个字。"))],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
    )
    harm = BooleanField(_l("不会害人"), [InputRequired(_l("请想过再勾。"))])
    asked = BooleanField(_l("问过本人"), [InputRequired(_l("请想过再勾。"))])
    version = IntegerField(_l("序号"), [Optional()])

    def validate_title(self, field: Field) -> None:
        if "\n" in field.data or "\r" in field.data:
            raise ValidationError(_l("标题只写一行。"))
        _refuse_listed(field.data)

    def validate_body(self, field: Field) -> None:
        _refuse_listed(field.data)

    def words(self) -> dict[str, str]:
        """Give the words of a form that was validated."""
        return {"title": self.title.data or "", "body": self.body.data or ""}


def _refuse_listed(text: str) -> None:
    """Go by the list again: a browser that does not is nobody's excuse."""
    if found := app_state().district.bulletins.refused(text):
        raise ValidationError(" ".join(map(objection, found)))


def objection(found: Objection) -> str:
    """Say what is wrong in words, and what to write instead."""
    what = app_state().district.bulletins.named(found.rule)
    return str(_("「%(words)s」：%(what)s。%(say)s。", words=found.words, what=what, say=found.say))


class AnswerTextForm(FlaskForm):  # type: ignore[misc]
    """What the second person says to one version of a text."""

    version = IntegerField(_l("序号"), [InputRequired(_l("序号不对。请刷新页面。"))])
    agree = RadioField(_l("同意公布吗"), [InputRequired(_l("请选同意，或者不同意。"))])
    many = BooleanField(_l("同类的事不止一件"))
    refusal = SelectField(_l("为什么不同意"))

    def __init__(self) -> None:
        super().__init__()
        self.agree.choices = [("yes", _l("同意")), ("no", _l("不同意"))]
        refusals = app_state().district.bulletins.refusals
        self.refusal.choices = [("", _l("请选择")), *refusals.items()]
        self.agree.validate_choice = self.refusal.validate_choice = False

    def validate_agree(self, field: Field) -> None:
        if field.data not in ("yes", "no"):
            raise ValidationError(_l("请选同意，或者不同意。"))

    def validate_many(self, field: Field) -> None:
        if self.agree.data == "yes" and not field.data:
            raise ValidationError(_l("同类的事只有一件，就不要公布。"))

    def validate_refusal(self, field: Field) -> None:
        known = app_state().district.bulletins.refusals
        if self.agree.data == "no" and field.data not in known:
            raise ValidationError(_l("请选一个理由。"))
