"""What becomes of a package: it left, its slip came, the organ was asked, it came out somehow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import DateField, Field, SelectField
from wtforms.validators import InputRequired, ValidationError

from ...access.permissions import Act, is_allowed, may
from ...app_state import app_state
from ...db import db, today
from ...district.data import Choice, District
from ...models import Referral, Tip
from ...vault.outside import referrals
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import back_to, tip_as_seen
from ..tip.forms import ReasonForm
from ..tip.notes import SealedNote
from . import words
from .letters import letter_number
from .services import (
    REFERABLE,
    End,
    NotOffered,
    WrongDay,
    chase,
    hand_over,
    is_made,
    note_slip,
    offered,
    settle,
)
from .views import own_referral, refuse

_CHOOSE: Final = _l("请选一个。")


class DayForm(FlaskForm):  # type: ignore[misc]
    """On which day something happened outside."""

    day = DateField(_l("哪一天"), [InputRequired(_l("请选一天。"))])


class HandOverForm(DayForm):
    """How and when a package left."""

    way = SelectField(_l("怎么送的"), [InputRequired(_CHOOSE)], validate_choice=False)

    def validate_way(self, field: Field) -> None:
        if field.data not in app_state().district.referrals.ways:
            raise ValidationError(_CHOOSE)


class WhyForm(FlaskForm):  # type: ignore[misc]
    """Why a package came back, or with what result."""

    why = SelectField(_l("为什么"), [InputRequired(_CHOOSE)], validate_choice=False)

    def __init__(self, whys: Sequence[Choice]) -> None:
        super().__init__()
        self.known = {row.id for row in whys}

    def validate_why(self, field: Field) -> None:
        if field.data not in self.known:
            raise ValidationError(_CHOOSE)


def whys_of(district: District, end: End) -> list[Choice]:
    """List what may be said of a package that came out so; nothing where nothing needs saying."""
    if end is End.BACK:
        return list(district.referrals.back.values())
    if end is End.RESULT:
        outcomes = district.outcomes
        return [outcomes[code] for code in district.referrals.results if code in outcomes]
    return []


@dataclass(frozen=True)
class TipReferral:
    """A package as the tip's page shows it."""

    id: int
    number: str
    organ: str
    row: Referral
    state: str
    lock: str
    way: str
    is_made: bool
    """It waits to be handed over."""
    is_out: bool
    """It waits for the organ."""


@bp.app_template_global()
def referrals_of(tip: Tip) -> list[TipReferral]:
    """List what was made of a tip for organs outside, the latest first."""
    return [_shown(row) for row in reversed(referrals.read_all(db.reading, tip.id))]


def _shown(row: Referral) -> TipReferral:
    return TipReferral(
        id=row.id,
        number=letter_number(row.unit_id, row.year, row.serial),
        organ=app_state().district.referrals.word(row.organ),
        row=row,
        state=words.state_word(row),
        lock=str(words.LOCK.get(row.lock, row.lock)),
        way=words.way_word(row.way),
        is_made=is_made(row),
        is_out=row.settled_on is None and not is_made(row),
    )


@bp.app_template_global()
def may_refer(tip: Tip) -> bool:
    """Tell whether the member may make a package of a tip as it stands."""
    is_ready = tip.status in REFERABLE and bool(offered(app_state().district, tip.unit_id))
    return is_ready and is_allowed(Act.REFER, g.staff.roles)


@bp.app_template_global()
def referral_choices() -> dict[str, Sequence[Choice]]:
    """Collect what the forms about a package offer."""
    district = app_state().district
    return {
        "ways": list(district.referrals.ways.values()),
        "back": whys_of(district, End.BACK),
        "results": whys_of(district, End.RESULT),
    }


@bp.app_template_global()
def referral_day() -> str:
    return today().isoformat()


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/handed-over")
@may(Act.REFER)
def hand_package_over(reference: str, referral_id: int) -> Answer:
    """Take down that a package has left this house."""
    tip = tip_as_seen(reference)
    found, form = own_referral(tip, referral_id), HandOverForm()
    if not form.validate_on_submit() or form.day.data is None:
        return refused(form)
    try:
        hand_over(db.session, tip, found, way=form.way.data, day=form.day.data, actor=g.staff)
    except WrongDay:
        return refuse(words.REFUSED[WrongDay], field="day")
    except NotOffered:
        return refuse(words.REFUSED[NotOffered])
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/slip")
@may(Act.CHASE)
def note_return_slip(reference: str, referral_id: int) -> Answer:
    """Take down the organ's return slip; their number comes as a sealed note."""
    tip = tip_as_seen(reference)
    found, form, more = own_referral(tip, referral_id), DayForm(), ReasonForm()
    for one in (form, more):
        if not one.validate_on_submit():
            return refused(one)
    if form.day.data is None:
        return refused(form)
    try:
        note_slip(db.session, tip, found, day=form.day.data, note=_note(more), actor=g.staff)
    except WrongDay:
        return refuse(words.REFUSED[WrongDay], field="day")
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/chased")
@may(Act.CHASE)
def chase_organ(reference: str, referral_id: int) -> Answer:
    """Take down that the organ was asked how it stands."""
    tip = tip_as_seen(reference)
    chase(db.session, tip, own_referral(tip, referral_id), actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/dropped")
@may(Act.REFER)
def drop_package(reference: str, referral_id: int) -> Answer:
    """Take down that a package never left."""
    return _settle(db.session, reference, referral_id, End.DROPPED)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/back")
@may(Act.REFER)
def take_package_back(reference: str, referral_id: int) -> Answer:
    """Take down that the organ sent it back: the tip is in work here again."""
    return _settle(db.session, reference, referral_id, End.BACK)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/result")
@may(Act.REFER)
def enter_result(reference: str, referral_id: int) -> Answer:
    """Take down what the organ says came of it."""
    return _settle(db.session, reference, referral_id, End.RESULT)


@bp.post("/tips/<string:reference>/referral/<int:referral_id>/unanswered")
@may(Act.REFER)
def stop_waiting(reference: str, referral_id: int) -> Answer:
    """Take down that nobody waits for the organ's answer any more."""
    return _settle(db.session, reference, referral_id, End.UNANSWERED)


def _settle(session: Session, reference: str, referral_id: int, end: End) -> Answer:
    tip = tip_as_seen(reference)
    found, more = own_referral(tip, referral_id), ReasonForm()
    if not more.validate_on_submit():
        return refused(more)
    why = ""
    if whys := whys_of(app_state().district, end):
        form = WhyForm(whys)
        if not form.validate_on_submit():
            return refused(form)
        why = form.why.data
    settle(session, tip, found, end, why=why, note=_note(more), actor=g.staff)
    session.commit()
    return back_to(reference)


def _note(form: ReasonForm) -> SealedNote | None:
    return form.end_reason().note
