"""The questions of a tip, for the public form and for staff who ask them for somebody.

The desk imports no public package, so what both show stands here.
"""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (  # type: ignore[attr-defined]  # the stubs lack SelectChoice
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ..district.data import Choice, District
from .forms import lines

WHAT_MAX = 2000
PLACE_MAX = 200
MORE_MAX = 500
Offer = Mapping[str, list[SelectChoice]]
"""The choices of each field of choices, by its name."""

_MORE = Length(max=MORE_MAX, message=_l("这一栏最多写 500 个字。请删短一些。"))


class _OurChoice:
    """Says in our words that a choice is none of those there are."""

    data: Any
    choices: Any
    known: Collection[str] = ()
    """Further values that are right though they are not offered now."""

    def pre_validate(self, form: Any) -> None:
        del form
        chosen = self.data if isinstance(self.data, list) else [self.data]
        if not {*self.known, *(choice.value for choice in self.choices)}.issuperset(chosen):
            raise ValidationError(_l("请在列出的选项里选一个。"))


class Select(_OurChoice, SelectField):
    pass


class Radios(_OurChoice, RadioField):
    pass


class CheckboxList(_OurChoice, SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TipQuestions(Form):
    """The fields themselves: mixed into a form of WTForms, in the order in which they are asked."""

    category = Select(_l("是哪一类的事？"), [DataRequired(_l("请选一类。拿不准，就选“不清楚”。"))])
    what = TextAreaField(
        _l("发生了什么？"),
        [
            DataRequired(_l("请写下您看到或听到的事。")),
            Length(max=WHAT_MAX, message=_l("最多写 2000 个字。多的可以发出后再补充。")),
        ],
        filters=[lines],
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
    who = TextAreaField(_l("涉及哪些人？"), [_MORE], filters=[lines])
    objects = TextAreaField(_l("有什么车、房子、账号、电话？"), [_MORE], filters=[lines])
    harm = TextAreaField(_l("造成了什么后果？"), [_MORE], filters=[lines])
    minor = Radios(_l("有没有孩子（未满 18 岁）受害？"), [Optional()])
    official = Radios(_l("有没有公职人员、村干部牵涉在内？"), [Optional()])
    exclude = CheckboxList(_l("哪些单位不能看到这条线索？"), [Optional()])
    basis = Radios(_l("您是怎么知道的？"), [Optional()])
    fear = TextAreaField(_l("您担心什么？"), [_MORE], filters=[lines])
    answer = Radios(_l("愿意凭查询码回来回答问题吗？"), [Optional()])

    def offer(self, choices: Offer) -> None:
        """Fill in the choices, made once by `make_offer`."""
        for name, options in choices.items():
            self[name].choices = options  # type: ignore[attr-defined]


def make_offer(district: District, offered: Collection[str], lang: str) -> Offer:
    """Make the choices of a district in a page's language, with the categories that are offered."""
    categories = {row.id: row for row in district.categories.values() if row.id in offered}
    offer = {name: _options(options, lang) for name, options in district.choices.items()}
    return offer | {
        "category": [SelectChoice("", _("请选择")), *_options(categories, lang)],
        "township": _options(district.townships, lang),
        "exclude": _options(district.offices, lang),
    }


def _options(options: Mapping[str, Choice], lang: str) -> list[SelectChoice]:
    return [SelectChoice(option.id, option.word(lang)) for option in options.values()]
