"""A tip's deadlines on its page, and the two acts that belong to them: 延长期限 and 已移交."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import Field, SelectField
from wtforms.validators import InputRequired, ValidationError

from ...access.permissions import (
    Act,
    is_allowed,
    may,
)
from ...access.roles import Staff
from ...app_state import app_state
from ...db import db, today
from ...deadlines.rules import Clocks, Deadline, Facts
from ...models import Tip
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.deadlines import clocks
from ...vault.deadlines.clocks import (
    Past,
    facts_of,
    step_of,
)
from ...vault.lane import leave_lane
from ...vault.retention.holding import words_go_on
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import back_to, tip_as_seen
from ..services import MoveNotAllowed
from .words import (
    guess_word,
    rule_word,
    state_word,
    urge_word,
)


@dataclass(frozen=True)
class DeadlineLine:
    """One deadline as the page shows it."""

    name: str
    due: date
    state: str
    is_met: bool
    is_late: bool
    rule: str
    urges: str
    source: str
    is_law: bool
    guess: str


@dataclass(frozen=True)
class TipDeadlines:
    """What the page says of a tip's deadlines, and which acts it offers."""

    waiting: tuple[DeadlineLine, ...]
    met: tuple[DeadlineLine, ...]
    extension: "ExtensionForm | None"
    can_move: bool
    days_kept: int | None
    """Days until the words are deleted, where that is near."""


class ExtensionForm(FlaskForm):  # type: ignore[misc]
    """Why the result gets more time, by the district's list."""

    # An id of its own: the decision on the same page has a reason too.
    reason = SelectField(
        _l("延长的理由"), [InputRequired(_l("请选一个理由。"))], id="extension-reason"
    )

    def __init__(self) -> None:
        super().__init__()
        reasons = app_state().district.clocks.extension.reasons
        self.reason.choices = [("", _l("请选择")), *((row.id, row.zh) for row in reasons)]
        self.reason.validate_choice = False

    def validate_reason(self, field: Field) -> None:
        if field.data not in {row.id for row in app_state().district.clocks.extension.reasons}:
            raise ValidationError(_l("没有这个理由。请在列出的里面选。"))


@bp.app_template_global()
def deadlines_of(tip: Tip) -> TipDeadlines:
    """Collect what the page shows of a tip's deadlines; its decisions are loaded already."""
    district, day = app_state().district, today()
    rules = district.clocks
    facts = facts_of(tip, Past(steps=tuple(map(step_of, tip.decisions))), district)
    found = () if tip.machine_unit else rules.deadlines(facts)
    lines = [(row.met_on is not None, _line(rules, row, day)) for row in found]
    waiting = tuple(line for is_met, line in lines if not is_met)
    can_extend = bool(waiting) and rules.may_extend(facts, day) and _may(Act.EXTEND)
    return TipDeadlines(
        waiting=waiting,
        met=tuple(line for is_met, line in lines if is_met),
        extension=ExtensionForm() if can_extend else None,
        can_move=_can_move(tip, facts, found) and _may(Act.DECIDE),
        days_kept=_days_kept(tip, day, rules.retention.notice_days),
    )


def _line(rules: Clocks, deadline: Deadline, day: date) -> DeadlineLine:
    rule = deadline.rule
    return DeadlineLine(
        name=rule.zh,
        due=deadline.due,
        state=state_word(deadline, day),
        is_met=deadline.met_on is not None,
        is_late=deadline.is_late(day),
        rule=rule_word(rule),
        urges=urge_word(rule),
        source=rule.source,
        is_law=rule.is_law,
        guess="" if deadline.met_on else guess_word(rules, deadline.due),
    )


def _may(act: Act) -> bool:
    return is_allowed(act, g.staff.roles)


def _days_kept(tip: Tip, day: date, notice_days: int) -> int | None:
    """Count the days until the words go; None where that is far, or done."""
    if tip.machine_unit or tip.status == "purged":
        return None
    goes_on = words_go_on(db.reading, tip)
    left = (goes_on - day).days if goes_on else None
    return left if left is not None and left <= notice_days else None


def _can_move(tip: Tip, facts: Facts, found: Iterable[Deadline]) -> bool:
    """Tell whether a tip was referred by word alone, before packages were made, and waits still."""
    has_package = any(step.organ for step in facts.steps)
    is_referred = tip.status is TipStatus.REFERRED and not has_package
    return is_referred and any(map(_waits_for_move, found))


def _waits_for_move(deadline: Deadline) -> bool:
    return deadline.rule.start == "referred" and deadline.met_on is None


def extend(session: Session, tip: Tip, *, reason: str, actor: Staff) -> None:
    """Give the tip's result more time, once and before its deadline; log who did and why.

    Raises `MoveNotAllowed` where that is too late, or was done before.
    """
    district = app_state().district
    facts = facts_of(tip, clocks.read_past(session, tip.id), district)
    if not tip.is_open or not district.clocks.may_extend(facts, today()):
        raise MoveNotAllowed("no more time")
    leave_lane(tip)
    tip.extended_on = today()
    history.record(session, tip, Event(EventKind.EXTENDED, reason=reason), by=actor.name)


def mark_moved(session: Session, tip: Tip, *, actor: Staff) -> None:
    """Log that the tip has been handed to the organ to which it was referred.

    Raises `MoveNotAllowed` unless it was referred and still waits for that.
    """
    district = app_state().district
    facts = facts_of(tip, clocks.read_past(session, tip.id), district)
    if not _can_move(tip, facts, district.clocks.deadlines(facts)):
        raise MoveNotAllowed("nothing to move")
    history.record(session, tip, Event(EventKind.MOVED), by=actor.name)


@bp.post("/tips/<string:reference>/extension")
@may(Act.EXTEND)
def extend_tip(reference: str) -> Answer:
    """Give a tip's result more time, for a reason of the district's list."""
    tip = tip_as_seen(reference)
    form = ExtensionForm()
    if not form.validate_on_submit():
        return refused(form)

    extend(db.session, tip, reason=form.reason.data, actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/moved")
@may(Act.DECIDE)
def move_tip(reference: str) -> Answer:
    """Log that a referred tip has been handed over."""
    tip = tip_as_seen(reference)
    mark_moved(db.session, tip, actor=g.staff)
    db.session.commit()
    return back_to(reference)
