"""A tip's reward on its page: who may ask, who may agree, and the letter that goes out."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Regexp, ValidationError

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db, today
from ...district.rewards import RewardRule
from ...models import RewardRequest, Tip
from ...rewards import book
from ..answers import refused
from ..blueprint import Answer, bp
from ..forms import SealedField
from ..loading import back_to, tip_as_seen
from ..services import SealedMessage
from . import services
from .services import FirstHalf

_SHAPE: Final = r"^[0-9a-f]{64}\Z"
_WRONG: Final = _l("没有做好领取码。请刷新页面，再试一次。")


class AskForm(FlaskForm):  # type: ignore[misc]
    """A sum of the rule's list, and the first half of the code, sealed to the reporter."""

    sum = SelectField(_l("奖励多少"), [InputRequired(_l("请选金额。"))], id="reward-sum")
    hash = HiddenField(_l("领取码"), [Regexp(_SHAPE, message=_WRONG)])
    sealed = SealedField(_l("领取码"))

    def __init__(self, rule: RewardRule) -> None:
        super().__init__()
        self.sums = {str(sum_): sum_ for sum_ in rule.sums}
        self.sum.choices = [("", _l("请选择")), *((code, f"{code} 元") for code in self.sums)]
        self.sum.validate_choice = False

    def validate_sum(self, field: Field) -> None:
        if field.data not in self.sums:
            raise ValidationError(_l("没有这个金额。请在列出的里面选。"))

    def half(self) -> FirstHalf:
        """Give the half of a form that was validated."""
        if self.sealed.data is None:
            raise ValueError("not validated")
        return FirstHalf(bytes.fromhex(str(self.hash.data)), self.sealed.data)


class GrantForm(FlaskForm):  # type: ignore[misc]
    """The letter with both halves, sealed as any other, and the hash of the second one."""

    first = HiddenField(_l("领取码"), [Regexp(_SHAPE, message=_WRONG)])
    second = HiddenField(_l("领取码"), [Regexp(_SHAPE, message=_WRONG)])
    number = IntegerField(_l("序号"), [NumberRange(min=1, message=_l("序号不对。请刷新页面。"))])
    digest = HiddenField(_l("摘要"), [Regexp(_SHAPE, message=_l("摘要不对。请刷新页面。"))])
    sealed = SealedField(_l("内容"))

    def values(self) -> dict[str, Any]:
        """Give what a validated form says, as `services.grant` takes it."""
        if self.number.data is None or self.sealed.data is None:
            raise ValueError("not validated")
        letter = SealedMessage(self.number.data, str(self.digest.data), self.sealed.data)
        hashes = {name: bytes.fromhex(str(self[name].data)) for name in ("first", "second")}
        return hashes | {"letter": letter}


class RefuseForm(FlaskForm):  # type: ignore[misc]
    first = HiddenField(_l("领取码"), [Regexp(_SHAPE, message=_WRONG)])


@dataclass(frozen=True)
class TipReward:
    """What a tip's page says of its reward, and which acts it offers."""

    rule: RewardRule | None
    """None where the district took it away after a reward had been granted."""
    waiting: RewardRequest | None
    was_given: bool
    form: AskForm | None
    may_answer: bool
    letter: str
    """What the reporter will read above the code; who agrees reads it first."""
    sealed_half: str
    paid_unknown: list[str]
    """What was paid since a backup that was restored: one of it may be this tip's."""
    is_stopped: bool
    """A backup was restored, and the paying office has not read its ledger yet."""


@bp.app_template_global()
def reward_of(tip: Tip) -> TipReward | None:
    """Collect what the page shows; None where there is nothing to show."""
    rule, session = app_state().district.rewards, db.reading
    was_given = services.was_given(session, tip.id)
    if not (was_given or services.may_be_rewarded(session, tip)):
        return None
    asked = None if was_given else services.waiting(session, tip)
    may_ask = not was_given and is_allowed(Act.REWARD, g.staff.roles)
    return TipReward(
        rule=rule,
        waiting=asked,
        was_given=was_given,
        form=AskForm(rule) if rule and may_ask else None,
        may_answer=asked is not None and _may_answer(asked),
        letter=letter(rule, asked) if rule and asked else "",
        sealed_half=b64encode(asked.sealed_half).decode("ascii") if asked else "",
        paid_unknown=[] if was_given else book.lost_slips(session),
        is_stopped=not was_given and book.is_stopped(session),
    )


def _may_answer(asked: RewardRequest) -> bool:
    return asked.asked_by != g.staff.name and is_allowed(Act.GRANT_REWARD, g.staff.roles)


def letter(rule: RewardRule, asked: RewardRequest) -> str:
    """Write what the reporter reads, in both languages: nobody knows which page they read it on."""
    facts = {"sum": asked.sum, "day": rule.last_day(today()).isoformat()}
    return "\n\n".join(
        text.format(**facts, **{name: rule.office.word(name, lang) for name in _OFFICE})
        for lang, text in _LETTER.items()
    )


_OFFICE: Final = ("name", "place", "hours")
_LETTER: Final = {
    "zh": (
        "可领取奖励：{sum} 元。到 {day} 为止，过了就作废。\n"
        "到哪里：{name}，{place}。时间：{hours}。\n"
        "凭最下面的领取码领。一共 32 个字母和数字，请抄在纸上，只能用一次。\n"
        "那里只认码：不看证件，不问姓名，不问您举报过什么。\n"
        "去不去、哪天去，由您定。去以前先看网站上的“怎么领奖励”。\n"
        "给不给奖励，都不说明谁有罪。"
    ),
    "en": (
        "You may collect a reward of {sum} yuan, until {day}; after that it lapses.\n"
        "Where: {name}, {place}. Hours: {hours}.\n"
        "The code below is all you need. Copy its 32 letters and digits; it works once.\n"
        "Nobody there asks who you are or what you reported. Whether and when you go is up to you."
    ),
}


@bp.post("/tips/<string:reference>/reward")
@may(Act.REWARD)
def ask_reward(reference: str) -> Answer:
    """Ask for a reward."""
    tip = tip_as_seen(reference)
    form = AskForm(services.rule())
    if not form.validate_on_submit():
        return refused(form)

    services.ask(db.session, tip, form.sums[form.sum.data], form.half(), actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/reward/answer")
@may(Act.GRANT_REWARD)
def answer_reward(reference: str) -> Answer:
    """Agree as the second person, with the letter that carries the code; or do not agree."""
    tip = tip_as_seen(reference)
    if request.form.get("agree") == "no":
        return _refuse(db.session, tip, reference)
    form = GrantForm()
    if not form.validate_on_submit():
        return refused(form)

    services.grant(db.session, tip, **form.values(), actor=g.staff)
    db.session.commit()
    return back_to(reference)


def _refuse(session: Session, tip: Tip, reference: str) -> Answer:
    form = RefuseForm()
    if not form.validate_on_submit():
        return refused(form)

    services.refuse(session, tip, first=bytes.fromhex(str(form.first.data)), actor=g.staff)
    session.commit()
    return back_to(reference)
