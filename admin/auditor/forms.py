"""What the audit log is narrowed to, and what an auditor types off a printed checkpoint."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, Form, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from ..audit.log import is_reference
from ..district.data import District
from .reading import Wanted
from .words import (
    ACT,
    DONE,
    FAILED,
)


class FilterForm(Form):
    """Comes in the address, so it needs no token. What can't be read narrows nothing."""

    kind = SelectField(_l("哪一类"), [Optional()])
    by = StringField(_l("成员"), [Optional(), Length(max=80)])
    act = SelectField(_l("做了什么"), [Optional()])
    reference = StringField(_l("线索编号"), [Optional()])
    unit = SelectField(_l("单位"), [Optional()])
    first = DateField(_l("从哪天"), [Optional()])
    last = DateField(_l("到哪天"), [Optional()])

    def __init__(self, district: District, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            ("", _l("全部")),
            ("failed", _l("拒绝和失败")),
            ("marked", _l("值得看一看的")),
        ]
        words = {**DONE, **FAILED, **{act.value: word for act, word in ACT.items()}}
        self.act.choices = [("", _l("全部")), *words.items()]
        units = [(unit.id, unit.zh) for unit in district.units.values()]
        self.unit.choices = [("", _l("全部")), *units]

    def validate_reference(self, field: Field) -> None:
        if not is_reference((field.data or "").strip().upper()):
            raise ValidationError(_l("编号是 5 个字符、一横、再 5 个字符。"))

    def wanted(self, before: int | None = None) -> Wanted:
        good = {name: self._good(name) for name in self._fields}
        return Wanted(
            kind=good["kind"] or "",
            by=(good["by"] or "").strip(),
            act=good["act"] or "",
            reference=(good["reference"] or "").strip().upper(),
            unit_id=good["unit"] or "",
            first=good["first"],
            last=good["last"],
            before=before,
        )

    def used(self) -> dict[str, str]:
        """Give the fields in use as an address holds them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name in self._fields
            if (value := self._good(name))
        }

    def _good(self, name: str) -> Any:
        field = self._fields[name]
        return None if field.errors else field.data
