"""The public form's fields and the sentences of their errors."""

import unicodedata

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from ..tip.fields import FIELDS
from ..web.forms import PublicForm
from ..web.questions import (
    Offer,
    TipQuestions,
    make_offer,
)

__all__ = ["CopiedForm", "Offer", "TipForm", "make_offer"]

CONTACT_MAX = 200


class FilesForm(PublicForm):
    """Files for a tip that this same form made before."""

    # The nonce makes the receipt: it stays as long as the day's key is there.
    keeps_old_nonce = True

    # Originals go along, and what can't be cleaned goes as it is.
    originals = BooleanField(false_values=("",))


class TipForm(TipQuestions, PublicForm):
    keeps_old_nonce = True
    contact = StringField(
        _l("怎么联系您？"),
        [Length(max=CONTACT_MAX, message=_l("联系方式最多写 200 个字。请写短一些。"))],
        filters=[lambda text: text and text.strip()],
    )
    # People don't see it, machines fill it in. That refuses nothing: see flood.judge.
    website = StringField()

    def answers(self) -> dict[str, str | list[str]]:
        """Collect what was answered, by field; what was left empty is left out."""
        found = {field.name: self[field.name].data for field in FIELDS}
        return {name: value for name, value in found.items() if value}


class CopiedForm(PublicForm):
    group = StringField(_l("再输入这一组"), [DataRequired(_l("请看着您记下的，输入这一组。"))])

    def is_copy_of(self, group: str) -> bool:
        """Tell whether these six digits were written, however their digits are spelt."""
        typed = unicodedata.normalize("NFKC", self.group.data or "")
        return "".join(filter(str.isdecimal, typed)) == group
