"""The desk's forms, and the sentences of their errors."""

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Regexp, ValidationError

from ..district.data import District, Outcome
from ..members.grounds import Ground
from ..models import Tip
from ..tip.status import STATUSES, may_move
from ..tip.urgency import Urgency
from .endings import is_end, needs_second
from .services import SealedMessage, days_kept
from .words import MOVE, URGENCY

SEALED_MAX = 64 * 1024
AGE_FILE = b"age-encryption.org/v1\n"


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """Where a tip goes and why. Offers only the moves that its status allows."""

    move_to = RadioField(_l("怎么办"), [InputRequired(_l("请选怎么办。"))])
    reason = SelectField(_l("理由"), [InputRequired(_l("请选一个理由。"))])

    def __init__(
        self, tip: Tip, district: District, grounds: Mapping[str, Collection[Ground]] | None = None
    ) -> None:
        super().__init__()
        self.tip, self.district = tip, district
        moves = [status for status in MOVE if may_move(tip.status, status)]
        self.move_to.choices = [(status.value, MOVE[status]) for status in moves]
        reasons = [
            (row.id, row.zh, _told_of(tip, row, (grounds or {}).get(row.id, ())))
            for row in district.outcomes.values()
            if row.status in moves
        ]
        self.reason.choices = [("", _l("请选择")), *reasons]
        self.move_to.validate_choice = self.reason.validate_choice = False

    def validate_move_to(self, field: Field) -> None:
        if field.data not in STATUSES[self.tip.status].moves:
            raise ValidationError(_l("现在不能这样处理。请在列出的里面选。"))

    def validate_reason(self, field: Field) -> None:
        outcome = self.district.outcomes.get(field.data)
        if outcome is None or outcome.status != self.move_to.data:
            raise ValidationError(_l("这个理由和所选的处理对不上。请重新选。"))


def _told_of(tip: Tip, outcome: Outcome, grounds: Collection[Ground]) -> dict[str, str]:
    """Tell the browser what an outcome means for this tip."""
    return {
        "data-status": outcome.status,
        "data-days": str(days_kept(tip, outcome) or ""),
        "data-second": "yes" if needs_second(tip, outcome) else "",
        "data-two": " ".join(grounds),
        "data-end": "yes" if is_end(outcome) else "",
    }


class UrgencyForm(FlaskForm):  # type: ignore[misc]
    urgency = RadioField(_l("紧急程度"), [InputRequired(_l("请选紧急程度。"))])

    def __init__(self, tip: Tip) -> None:
        super().__init__(data={"urgency": tip.urgency.value})
        self.urgency.choices = [(level.value, f"{level} {word}") for level, word in URGENCY.items()]
        self.urgency.validate_choice = False

    def validate_urgency(self, field: Field) -> None:
        if field.data not in set(Urgency):
            raise ValidationError(_l("请在 P0 到 P3 里选一个。"))


class SealedField(HiddenField):
    """An age file in base64. Its data are bytes, or None where it is no such file."""

    data: bytes | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = base64.b64decode(valuelist[0], validate=True)
        except (IndexError, ValueError, binascii.Error):
            self.data = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        del form, validation_stopped
        if not self.data or not self.data.startswith(AGE_FILE):
            raise ValidationError(_l("加密没有成功，什么也没有发出。请再试一次。"))
        if len(self.data) > SEALED_MAX:
            raise ValidationError(_l("写得太长。请删短一些，或者分两次发。"))


class MessageForm(FlaskForm):  # type: ignore[misc]
    """Words to the reporter, sealed in the browser; the server can't read them."""

    number = IntegerField(_l("序号"), [NumberRange(min=1, message=_l("序号不对。请刷新页面。"))])
    digest = HiddenField(
        _l("摘要"), [Regexp(r"^[0-9a-f]{64}\Z", message=_l("摘要不对。请刷新页面。"))]
    )
    sealed = SealedField(_l("内容"))
    ask = RadioField(_l("要不要对方回答"), [InputRequired(_l("请选要不要对方回答。"))])

    def __init__(self) -> None:
        super().__init__()
        self.ask.choices = [("yes", _l("请对方回答")), ("no", _l("只是告诉对方"))]
        self.ask.validate_choice = False

    def validate_ask(self, field: Field) -> None:
        if field.data not in ("yes", "no"):
            raise ValidationError(_l("请选要不要对方回答。"))

    def message(self) -> SealedMessage:
        """Give the message of a form that was validated."""
        number, digest, sealed = self.number.data, self.digest.data, self.sealed.data
        if number is None or digest is None or sealed is None:
            raise ValueError("not validated")
        return SealedMessage(number, digest, sealed)
