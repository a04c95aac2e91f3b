"""The desk's pages and acts. A member sees their own unit's tips; any other is not there."""

from base64 import b64encode

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.wrappers import Response as BaseResponse

from ..db import db, today
from ..house import house
from ..models import Tip, TipStatus, Urgency
from ..security import staff_only
from ..vault.lane import count_waiting
from ..vault.talk import TalkRow, read_talk
from . import words
from .answers import init_answers, refused
from .forms import DecisionForm, FilterForm, MessageForm, UrgencyForm
from .queue import BadCursor, Cursor, read_queue
from .services import (
    claim,
    decide,
    expect_version,
    release,
    set_urgency,
    write_to_reporter,
)

Answer = str | Response | BaseResponse | tuple[Response, int]

bp = Blueprint("desk", __name__, url_prefix="/desk")
init_answers(bp)


@bp.get("/")
@staff_only
def queue() -> Answer:
    """Show what waits in the member's unit."""
    if g.staff.unit_id is None:
        return render_template("desk/no_unit.html")
    form = FilterForm(request.args)
    notice = "" if form.validate() else _("有的筛选条件看不懂，没有用上。")
    after = None
    try:
        after = Cursor.parse(request.args["after"]) if "after" in request.args else None
    except BadCursor:
        notice = _("翻页的地址不完整，已经回到第一页。")
    wanted = form.wanted(g.staff.member_id)
    page = read_queue(db.reading, g.staff.unit_id, wanted, after)
    return render_template(
        "desk/queue.html",
        form=form,
        page=page,
        is_first=after is None,
        in_lane=wanted.in_lane,
        lane=count_waiting(db.reading, g.staff.unit_id),
        counted=words.counted,
        notice=notice,
        days=words.day_words({row.received_on for row in page.rows}, today()),
        tip_address=url_for(".show_tip", reference="-").removesuffix("-"),
        words=words.queue_words(),
        browser_words=words.browser_words(house().district),
    )


@bp.get("/tips/<string:reference>")
@staff_only
def show_tip(reference: str) -> Answer:
    """Show a tip's cover, history and acts; its words are fetched and opened by the browser."""
    tip = _own_tip(db.reading, reference, selectinload(Tip.decisions), joinedload(Tip.claimed_by))
    district = house().district
    return render_template(
        "desk/tip.html",
        tip=tip,
        district=district,
        decision_form=DecisionForm(tip, district),
        urgency_form=UrgencyForm(tip),
        message_form=MessageForm(),
        contact_units=words.contact_units(district),
        today=today(),
        words=words,
        browser_words=words.browser_words(district),
    )


@bp.get("/tips/<string:reference>/sealed.json")
@staff_only
def sealed_tip(reference: str) -> Answer:
    """Send the sealed bytes of a tip and of its talk, as they are stored."""
    tip = _own_tip(db.reading, reference, undefer(Tip.sealed))
    talk = read_talk(db.reading, tip.id)
    return jsonify(
        reference=tip.reference,
        unit=tip.unit_id,
        status=tip.status,
        sealed=_base64(tip.sealed) if tip.sealed else None,
        length=talk.length,
        messages=[_message(row) for row in talk.rows],
        # A page that outlived its sign-in learns the new session's token here.
        csrf=generate_csrf(),
    )


@bp.post("/tips/<string:reference>/claim")
@staff_only
def claim_tip(reference: str) -> Answer:
    """Take a tip on."""
    tip = _tip_as_seen(reference)
    claim(db.session, tip, actor=g.staff)
    db.session.commit()
    return _back_to(reference)


@bp.post("/tips/<string:reference>/release")
@staff_only
def release_tip(reference: str) -> Answer:
    """Put a tip back into the queue."""
    tip = _tip_as_seen(reference)
    release(db.session, tip, actor=g.staff)
    db.session.commit()
    return _back_to(reference)


@bp.post("/tips/<string:reference>/decision")
@staff_only
def decide_tip(reference: str) -> Answer:
    """Decide where a tip goes, for a reason of the district's list."""
    tip = _tip_as_seen(reference)
    form = DecisionForm(tip, house().district)
    if not form.validate_on_submit():
        return refused(form)

    outcome = house().district.outcomes[form.reason.data]
    decide(db.session, tip, new=TipStatus(form.move_to.data), outcome=outcome, actor=g.staff)
    db.session.commit()
    return _back_to(reference)


@bp.post("/tips/<string:reference>/urgency")
@staff_only
def grade_tip(reference: str) -> Answer:
    """Change how urgent a tip is."""
    tip = _tip_as_seen(reference)
    form = UrgencyForm(tip)
    if not form.validate_on_submit():
        return refused(form)

    set_urgency(db.session, tip, urgency=Urgency(form.urgency.data), actor=g.staff)
    db.session.commit()
    return _back_to(reference)


@bp.post("/tips/<string:reference>/messages")
@staff_only
def write_message(reference: str) -> Answer:
    """Ask or tell the reporter something; the words come sealed."""
    tip = _tip_as_seen(reference)
    form = MessageForm()
    if not form.validate_on_submit():
        return refused(form)

    is_question = form.ask.data == "yes"
    write_to_reporter(db.session, tip, form.message(), ask=is_question, actor=g.staff)
    db.session.commit()
    return _back_to(reference)


def _own_tip(session: Session, reference: str, *options: ExecutableOption) -> Tip:
    """Load a tip of the member's unit; another unit's is as unknown as one that never was."""
    own = Tip.unit_id == g.staff.unit_id
    query = select(Tip).where(Tip.reference == reference.upper(), own).options(*options)
    tip = session.scalars(query).one_or_none()
    return tip or abort(404)


def _tip_as_seen(reference: str) -> Tip:
    """Load a tip to change it, provided that it still is as the member's page showed it."""
    tip = _own_tip(db.session, reference)
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    expect_version(tip, version)
    return tip


def _back_to(reference: str) -> BaseResponse:
    # Not asked of the tip: after the commit that would be a query, under the writers' lock.
    return redirect(url_for("desk.show_tip", reference=reference.upper()), code=303)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _message(row: TalkRow) -> dict[str, str | int]:
    return {
        "number": row.number,
        "direction": row.direction,
        "day": row.sent_on.isoformat(),
        "digest": row.digest,
        "sealed": _base64(row.sealed),
    }
