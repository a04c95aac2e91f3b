"""A tip's hold on its page: who may ask, who may answer, and what the page says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import DateField, Field, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db, today
from ...models import HoldStep, Tip
from ...tip.status import TipStatus
from ...vault.retention.holding import is_running, words_go_on
from ...vault.retention.told import is_over
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import back_to, tip_as_seen
from .listing import HeldTip, held_tips
from .services import (
    Wish,
    answer,
    ask_to_hold,
    ask_to_release,
    current,
    first_day,
    last_day,
    waiting,
)
from .words import ASKED, authority, hold_reason


class HoldForm(FlaskForm):  # type: ignore[misc]
    """Why, at whose request and until when: codes of the district's list, and a day."""

    reason = SelectField(
        _l("为什么要保全"), [InputRequired(_l("请选一个理由。"))], id="hold-reason"
    )
    authority = SelectField(
        _l("谁要求的"), [InputRequired(_l("请选是谁要求的。"))], id="hold-authority"
    )
    until = DateField(_l("保全到哪一天"), [InputRequired(_l("请选一天。"))], id="hold-until")

    def __init__(self, tip: Tip) -> None:
        super().__init__()
        self.tip = tip
        rules = app_state().district.holds
        for field, rows in ((self.reason, rules.reasons), (self.authority, rules.authorities)):
            field.choices = [("", _l("请选择")), *((row.id, row.zh) for row in rows.values())]
            field.validate_choice = False

    def validate_reason(self, field: Field) -> None:
        _check_listed(field, app_state().district.holds.reasons)

    def validate_authority(self, field: Field) -> None:
        _check_listed(field, app_state().district.holds.authorities)

    def validate_until(self, field: Field) -> None:
        if field.data is None or not first_day(self.tip) <= field.data <= last_day():
            if self.tip.held_until and field.data and field.data < self.tip.held_until:
                raise ValidationError(_l("比现在的保全早。要早些结束，请申请解除保全。"))
            longest = app_state().district.holds.longest_days
            raise ValidationError(_("日期要在明天以后、%(n)s 天以内。", n=longest))

    def wish(self) -> Wish:
        """Give what a validated form asks for."""
        if self.until.data is None:
            raise ValueError("not validated")
        return Wish(self.reason.data, self.authority.data, self.until.data)


def _check_listed(field: Field, listed: Mapping[str, object]) -> None:
    if field.data not in listed:
        raise ValidationError(_l("没有这个理由。请在列出的里面选。"))


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What the second person says to one request, which is named."""

    step = IntegerField(_l("序号"), [InputRequired(_l("序号不对。请刷新页面。"))])
    agree = RadioField(_l("同意吗"), [InputRequired(_l("请选同意，或者不同意。"))])

    def __init__(self) -> None:
        super().__init__()
        self.agree.choices = [("yes", _l("同意")), ("no", _l("不同意"))]
        self.agree.validate_choice = False

    def validate_agree(self, field: Field) -> None:
        if field.data not in ("yes", "no"):
            raise ValidationError(_l("请选同意，或者不同意。"))


@dataclass(frozen=True)
class TipHold:
    """What a tip's page says of its hold, and which acts it offers."""

    running: HoldStep | None
    until: date | None
    """The last day of the hold that runs."""
    is_ending: bool
    with_head: bool
    """Whether the case into which the tip was merged is held, and this one with it."""
    is_over: bool
    """The reporter is told that it is deleted, and reads and writes nothing any more."""
    waiting: HoldStep | None
    goes_on: date | None
    """The day on which the words go, by all that is known today."""
    form: HoldForm | None
    can_release: bool
    answer_form: "AnswerForm | None"
    released_until: date
    """The last day if a release were granted today."""


@bp.app_template_global()
def hold_of(tip: Tip) -> TipHold:
    """Collect what the page shows of a tip's hold."""
    session, notice = db.reading, app_state().district.clocks.retention.notice_days
    running, asked = current(session, tip), waiting(session, tip.id)
    until = tip.held_until if running else None
    can_ask = tip.status is not TipStatus.PURGED and is_allowed(Act.HOLD, g.staff.roles)
    soon = today() + timedelta(days=notice)
    return TipHold(
        running=running,
        until=until,
        is_ending=until is not None and until <= soon,
        with_head=_is_head_held(session, tip),
        is_over=is_over(session, tip.expires_on, tip.merged_into_id, tip.status),
        waiting=asked,
        goes_on=words_go_on(session, tip),
        form=HoldForm(tip) if can_ask else None,
        can_release=can_ask and running is not None,
        answer_form=AnswerForm() if asked and _may_answer(asked) else None,
        released_until=min(until, soon) if until else soon,
    )


def _is_head_held(session: Session, tip: Tip) -> bool:
    head = session.get(Tip, tip.merged_into_id) if tip.merged_into_id else None
    return head is not None and is_running(head.held_until)


def _may_answer(asked: HoldStep) -> bool:
    return asked.asked_by != g.staff.name and is_allowed(Act.GRANT_HOLD, g.staff.roles)


@bp.app_template_global()
def holds_of_unit() -> Sequence[HeldTip]:
    """List the unit's holds for its heads, first what waits for an answer."""
    return held_tips(db.reading, g.staff.unit_id, g.staff.member_id)


@bp.app_template_global()
def hold_words() -> dict[str, object]:
    """Give the templates the names of codes."""
    return {"asked": ASKED, "reason": hold_reason, "authority": authority}


@bp.post("/tips/<string:reference>/hold")
@may(Act.HOLD)
def ask_hold(reference: str) -> Answer:
    """Ask to keep a tip's words past their day."""
    tip = tip_as_seen(reference)
    form = HoldForm(tip)
    if not form.validate_on_submit():
        return refused(form)

    ask_to_hold(db.session, tip, form.wish(), actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/hold/release")
@may(Act.HOLD)
def ask_release(reference: str) -> Answer:
    """Ask to end a hold before its day."""
    tip = tip_as_seen(reference)
    ask_to_release(db.session, tip, actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/hold/answer")
@may(Act.GRANT_HOLD)
def answer_hold(reference: str) -> Answer:
    """Answer as the second person."""
    tip = tip_as_seen(reference)
    form = AnswerForm()
    if not form.validate_on_submit():
        return refused(form)

    is_granted = form.agree.data == "yes"
    answer(db.session, tip, form.step.data or 0, is_granted=is_granted, actor=g.staff)
    db.session.commit()
    return back_to(reference)
