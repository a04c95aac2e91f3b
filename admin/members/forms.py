"""The administrator's forms: a new member, and the first two of a unit."""

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
    widgets,
)
from wtforms.validators import DataRequired

from ..access.roles import ABOUT, ROLES
from ..district.data import District
from ..models import Member


class CheckBoxes(SelectMultipleField):
    """Several choices, each a check box."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class InviteForm(Form):
    """Who is to come, where to, and as what."""

    name = StringField(validators=[DataRequired()])
    unit = SelectField(validate_choice=False)
    roles = CheckBoxes(validate_choice=False)
    replaces = SelectField(validate_choice=False)
    again = BooleanField()
    """Ticked by who knows that the name is invited: its first link ends by it."""

    def __init__(
        self, posted: MultiDict[str, str] | None, district: District, members: list[Member], me: str
    ) -> None:
        # The guard of all desk pages has judged the token already.
        super().__init__(posted)
        self.name.label.text = _("姓名")
        self.unit.label.text = _("单位")
        self.roles.label.text = _("角色")
        self.name.validators = [DataRequired(_("请写姓名。"))]
        self.unit.choices = [("", _("不属于承办单位"))]
        self.unit.choices += [(unit.id, unit.zh) for unit in district.units.values()]
        self.roles.choices = [
            (role, _("%(role)s：%(about)s", role=title, about=ABOUT[role]))
            for role, title in ROLES.items()
        ]
        self.again.label.text = _("这个人请过了：旧链接作废，重新邀请")
        self._names = [row.name for row in members if row.suspended_on is None and row.name != me]
        self.replaces.label.text = _("代替谁的账户")
        self.replaces.choices = [("", _("不代替谁")), *((name, name) for name in self._names)]
        self._units = district.units

    def validate_unit(self, field: SelectField) -> None:
        if field.data and field.data not in self._units:
            raise ValidationError(_("请从表里选一个单位。"))

    def validate_replaces(self, field: SelectField) -> None:
        if field.data and field.data not in self._names:
            raise ValidationError(_("请从表里选一个成员，或选「不代替谁」。"))

    def validate_roles(self, field: CheckBoxes) -> None:
        if not field.data or not set(field.data) <= set(ROLES):
            raise ValidationError(_("请至少勾选一个角色。"))


class OpenForm(Form):
    """Which unit is opened, and by which two."""

    opened = SelectField(validate_choice=False)
    head = StringField()
    second = StringField()

    def __init__(self, posted: MultiDict[str, str] | None, units: list[tuple[str, str]]) -> None:
        super().__init__(posted)
        self.opened.label.text = _("单位")
        self.head.label.text = _("负责人的姓名")
        self.second.label.text = _("第二位成员的姓名")
        self.head.validators = [DataRequired(_("请写负责人的姓名。"))]
        self.second.validators = [DataRequired(_("请写第二位成员的姓名。"))]
        self.opened.choices = units
        self._units = [unit_id for unit_id, _title in units]

    def validate_opened(self, field: SelectField) -> None:
        if field.data not in self._units:
            raise ValidationError(_("请从表里选一个单位。"))
