"""The questions of a tip as a form, for the public and for staff who ask them for somebody.

The desk imports no public package, so what both show stands here.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

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
from ..tip.fields import FIELDS, UNCLEAR, Field, Kind
from .forms import lines

Offer = Mapping[str, list[SelectChoice]]
"""The choices of each field of choices, by its name."""


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


_CONTROLS: Final[dict[Kind, Any]] = {
    Kind.TEXT: TextAreaField,
    Kind.LINE: StringField,
    Kind.SELECT: Select,
    Kind.RADIO: Radios,
    Kind.CHECKS: CheckboxList,
}


class TipQuestions(Form):
    """The fields of `tip.fields`, mixed into a form of WTForms: `form["what"]`."""

    def offer(self, choices: Offer) -> None:
        """Fill in the choices, made once by `make_offer`."""
        for name, options in choices.items():
            self[name].choices = options  # type: ignore[attr-defined]

    def know(self, name: str, values: Collection[str]) -> None:
        """Take further values of a field, though they are not offered."""
        self[name].known = values  # type: ignore[attr-defined]

    def preset(self) -> None:
        """Choose what stands chosen on an empty form: what nobody answered is not known."""
        for field in FIELDS:
            if field.is_unclear:
                self[field.name].data = UNCLEAR


def _question(field: Field) -> Any:
    validators: list[Any] = [DataRequired(_l(field.missing))] if field.missing else []
    if field.has_options:
        validators = validators or [Optional()]
    else:
        validators.append(Length(max=field.most, message=_l(field.too_long)))
    filters = [lines] if field.kind is Kind.TEXT else []
    return _CONTROLS[field.kind](_l(field.question), validators, filters=filters)


for _field in FIELDS:
    setattr(TipQuestions, _field.name, _question(_field))


def make_offer(district: District, offered: Collection[str], lang: str) -> Offer:
    """Return the choices of a district in a page's language, with the categories offered now."""
    offer = {
        field.name: [_option(option, lang) for option in district.options(field.name).values()]
        for field in FIELDS
        if field.has_options
    }
    return offer | {"category": _categories(district, offered, lang)}


def _categories(district: District, offered: Collection[str], lang: str) -> list[SelectChoice]:
    """Return them in groups. First comes that nobody knows: it stands where nobody chose."""
    kinds, found = district.kinds, []
    for row in district.categories.values():
        if row.id in offered and row.id != UNCLEAR:
            more, group = _mark(row, lang), kinds.group(row.id, lang)
            found.append(SelectChoice(row.id, row.word(lang), more, group))
    return [_option(district.categories[UNCLEAR], lang), *found]


def _option(option: Choice, lang: str) -> SelectChoice:
    return SelectChoice(option.id, option.word(lang), _mark(option, lang))


def _mark(option: Choice, lang: str) -> dict[str, str]:
    """Say to screen readers where words are Chinese for want of a translation."""
    return {} if option.is_said_in(lang) else {"lang": "zh-CN"}
