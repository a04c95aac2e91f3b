"""A tip's page and what is done there. A member sees their own unit's tips; no other is there."""

from flask import Response, g, render_template, url_for
from sqlalchemy.orm import joinedload, selectinload

from ...access.permissions import (
    Act,
    is_allowed,
    may,
)
from ...app_state import app_state
from ...db import db, today
from ...members import ending_requests
from ...models import Tip
from ...renewal.guard import standings
from ...tip.status import TipStatus
from ...tip.urgency import Urgency
from ...vault import readers
from ...web.security import desk_policy
from .. import words
from ..answers import refused
from ..blueprint import Answer, bp
from ..claims import (
    clock,
    is_held,
    is_holder,
)
from ..duty.shifts import on_duty
from ..endings import grounds_at, grounds_of
from ..files.services import MOST_HELD
from ..forms import (
    DecisionForm,
    MessageForm,
    UrgencyForm,
)
from ..loading import (
    back_to,
    own_tip,
    tip_as_seen,
)
from ..seconding import decide_or_ask, refused_of, waiting_of
from ..services import (
    claim,
    release,
    set_urgency,
    write_to_reporter,
)
from ..transfer.views import arrival_of
from .forms import GradingChoices, ReasonForm
from .history import history_of
from .links import DUPLICATE, linked_tips
from .questions import QUESTIONS
from .words import (
    WHY,
    next_step,
    tip_words,
)


@bp.get("/tips/<string:reference>")
@may(Act.QUEUE)
def show_tip(reference: str) -> Answer:
    """Show a tip's cover, history and acts; its words are fetched and opened by the browser."""
    tip = own_tip(db.reading, reference, selectinload(Tip.decisions), joinedload(Tip.claimed_by))
    district = app_state().district
    now = clock()
    mine = is_holder(tip, g.staff, now)
    held_by_other = is_held(tip, now) and not mine
    arrival = arrival_of(tip)
    page = render_template(
        "desk/tip/tip.html",
        tip=tip,
        district=district,
        may={act.name: is_allowed(act, g.staff.roles) for act in Act},
        may_assign=is_allowed(Act.ASSIGN, g.staff.roles),
        mine=mine,
        held_by_other=held_by_other,
        next_step=next_step(
            tip,
            mine=mine,
            held_by_other=held_by_other,
            is_offered=arrival is not None and arrival.is_waiting,
        ),
        links=linked_tips(db.reading, tip, viewer=g.staff.member_id),
        waiting=waiting_of(db.reading, tip, g.staff),
        refused=refused_of(db.reading, tip),
        is_clear=readers.is_clear(db.reading, tip.id, g.staff.member_id),
        arrival=arrival,
        decision_form=DecisionForm(tip, district, grounds_at(db.reading, tip)),
        asks_above=_asks_above(tip),
        merge_grounds=grounds_of(db.reading, tip, district.outcomes[DUPLICATE]),
        urgency_form=UrgencyForm(tip),
        message_form=MessageForm(),
        grading_choices=GradingChoices(),
        questions=QUESTIONS,
        whys=WHY,
        contact_units=words.contact_units(district),
        history=history_of(tip),
        today=today(),
        duty=on_duty(db.reading, tip.unit_id, today()),
        words=words,
        most_held=MOST_HELD,
        browser_words=words.browser_words(district) | tip_words(district),
    )
    # Files of strangers are shown in that frame; without a scheme, the page's own is meant.
    policy = desk_policy(f"{app_state().config.desk_host}{url_for('desk.frame')}")
    return Response(page, headers={"Content-Security-Policy": policy})


def _asks_above(tip: Tip) -> bool:
    """Tell whether a second person of another unit would be asked for any end of the tip."""
    above = app_state().district.ways.closer(tip.unit_id)
    if above in (None, tip.unit_id):
        return False
    return not ending_requests.colleagues(db.reading, tip, but=g.staff.name)


@bp.post("/tips/<string:reference>/claim")
@may(Act.CLAIM)
def claim_tip(reference: str) -> Answer:
    """Take a tip on."""
    tip = tip_as_seen(reference)
    claim(db.session, tip, actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/release")
@may(Act.RELEASE)
def release_tip(reference: str) -> Answer:
    """Put a tip back into the queue."""
    tip = tip_as_seen(reference)
    release(db.session, tip, actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/decision")
@may(Act.DECIDE)
def decide_tip(reference: str) -> Answer:
    """Decide where a tip goes, for a reason of the district's list."""
    tip = tip_as_seen(reference)
    form, reason = DecisionForm(tip, app_state().district), ReasonForm()
    for one in (form, reason):
        if not one.validate_on_submit():
            return refused(one)

    outcome = app_state().district.outcomes[form.reason.data]
    new = TipStatus(form.move_to.data)
    decide_or_ask(
        db.session, tip, new=new, outcome=outcome, actor=g.staff, reason=reason.end_reason()
    )
    db.session.commit()
    standings().forget()
    return back_to(reference)


@bp.post("/tips/<string:reference>/urgency")
@may(Act.URGENCY)
def grade_tip(reference: str) -> Answer:
    """Change how urgent a tip is."""
    tip = tip_as_seen(reference)
    form = UrgencyForm(tip)
    if not form.validate_on_submit():
        return refused(form)

    set_urgency(db.session, tip, urgency=Urgency(form.urgency.data), actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/messages")
@may(Act.WRITE)
def write_message(reference: str) -> Answer:
    """Ask or tell the reporter something; the words come sealed."""
    tip = tip_as_seen(reference)
    form = MessageForm()
    if not form.validate_on_submit():
        return refused(form)

    is_question = form.ask.data == "yes"
    write_to_reporter(db.session, tip, form.message(), ask=is_question, actor=g.staff)
    db.session.commit()
    return back_to(reference)
