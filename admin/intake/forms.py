"""The public form's fields and the sentences of their errors."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ..district import Choice, District
from ..house import house
from ..tokens import BadToken, FormNonce

WHAT_MAX = 2000
PLACE_MAX = 200
MORE_MAX = 500
_MORE = Length(max=MORE_MAX, message=_l("这一栏最多写 500 个字。请删短一些。"))


class FormToken(CSRF):
    """WTForms' CSRF by a signed nonce in place of a session: a public form has no cookie."""

    def setup_form(self, form: Any) -> Any:
        self.nonce: FormNonce | None = None
        self.fresh = False
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        del csrf_token_field
        return house().tokens.renew(self.nonce) if self.nonce else house().tokens.new()

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Read the nonce; whether it may still be used is judged with what was spent."""
        del form
        try:
            self.nonce, self.fresh = house().tokens.read(field.data or "")
        except BadToken:
            field.current_token = house().tokens.new()
            raise ValidationError(_l("页面出了点问题，字都还在。请再按一次发送。")) from None
        field.current_token = house().tokens.renew(self.nonce)


class PublicForm(Form):
    class Meta:
        csrf = True
        csrf_class = FormToken
        csrf_field_name = "token"

    @property
    def nonce(self) -> FormNonce:
        """The nonce of a valid token. Only ask after `validate`."""
        found: FormNonce = self._csrf.nonce  # type: ignore[attr-defined]
        return found

    @property
    def renewed_token(self) -> str:
        """A token with the same nonce, good from now on; a new one where none was readable."""
        return str(self["token"].current_token)  # type: ignore[attr-defined]

    @property
    def is_fresh(self) -> bool:
        return bool(self._csrf.fresh)  # type: ignore[attr-defined]


class _OurChoice:
    """Says in our words that a choice is none of those offered."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except (ValueError, TypeError):
            raise ValidationError(_l("请在列出的选项里选一个。")) from None


class Select(_OurChoice, SelectField):
    pass


class Radios(_OurChoice, RadioField):
    pass


class CheckboxList(_OurChoice, SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TipForm(PublicForm):
    category = Select(_l("是哪一类的事？"), [DataRequired(_l("请选一类。拿不准，就选“不清楚”。"))])
    what = TextAreaField(
        _l("发生了什么？"),
        [
            DataRequired(_l("请写下您看到或听到的事。")),
            Length(max=WHAT_MAX, message=_l("最多写 2000 个字。多的可以发出后再补充。")),
        ],
    )
    township = Select(_l("在哪个乡镇、街道？"), [Optional()])
    place = StringField(
        _l("大概在什么地方？"),
        [
            DataRequired(_l("请写个大概地方。比如“村口桥头”。")),
            Length(max=PLACE_MAX, message=_l("地点最多写 200 个字。请写短一些。")),
        ],
    )
    when = Radios(_l("什么时候的事？"), [Optional()])
    who = TextAreaField(_l("涉及哪些人？"), [_MORE])
    objects = TextAreaField(_l("有什么车、房子、账号、电话？"), [_MORE])
    harm = TextAreaField(_l("造成了什么后果？"), [_MORE])
    minor = Radios(_l("有没有孩子（未满 18 岁）受害？"), [Optional()])
    official = Radios(_l("有没有公职人员、村干部牵涉在内？"), [Optional()])
    exclude = CheckboxList(_l("哪些单位不能看到这条线索？"), [Optional()])
    basis = Radios(_l("您是怎么知道的？"), [Optional()])
    fear = TextAreaField(_l("您担心什么？"), [_MORE])
    answer = Radios(_l("愿意凭查询码回来回答问题吗？"), [Optional()])

    def offer(self, district: District, offered: Iterable[str], lang: str) -> None:
        """Fill in the choices of this district, in the page's language."""
        wanted = set(offered)
        self.category.choices = [
            ("", _l("请选择")),
            *((row.id, row.word(lang)) for row in district.categories.values() if row.id in wanted),
        ]
        self.township.choices = _pairs(district.townships, lang)
        self.exclude.choices = _pairs(district.offices, lang)
        for field in (self.when, self.minor, self.official, self.basis, self.answer):
            field.choices = _pairs(district.choices[field.name], lang)

    def answers(self) -> dict[str, str | list[str]]:
        """Collect what was answered, by field; what was left empty is left out."""
        found = {name: field.data for name, field in self._fields.items() if name != "token"}
        return {name: value for name, value in found.items() if value}


class CopiedForm(PublicForm):
    group = StringField(_l("把这一组再写一遍"), [DataRequired(_l("请看着纸上的字，写出这一组。"))])


def _pairs(options: Mapping[str, Choice], lang: str) -> list[tuple[str, str]]:
    return [(option.id, option.word(lang)) for option in options.values()]
