"""The page 核对: what one is asked to agree to or to look over, who asks it, and why."""

from dataclasses import dataclass

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ..access.permissions import (
    Act,
    may,
    refuse,
)
from ..access.roles import ROLES
from ..app_state import app_state
from ..db import db, today
from ..members import countersign
from ..members.countersign import Kind
from ..members.ending_requests import NotRead
from ..members.grounds import Ground
from ..models import Countersign, Member, Tip
from ..renewal.guard import standings
from . import words
from .blueprint import Answer, bp
from .reviews import waiting_rows
from .seconding import Lapsed, agree, disagree
from .services import days_kept


@dataclass(frozen=True)
class Asked:
    """One request as the page shows it."""

    id: int
    kind: str
    unit: str
    by: str
    day: str
    why: str
    grounds: tuple[str, ...]
    is_own: bool
    """It is the own unit's tip: one reads it, and answers on its page."""
    member: Member | None
    roles: tuple[str, ...]
    tip: Tip | None
    days: int | None


@bp.get("/second/")
@may(Act.COUNTERSIGN)
def second() -> Answer:
    """Show what waits for me as the second person, and what else waits in my unit."""
    return _page()


@bp.post("/second/<int:request_id>")
@may(Act.COUNTERSIGN)
def settle_second(request_id: int) -> Answer:
    """Agree, or not; an end that was looked over is also taken up again."""
    said = request.form.get("agree")
    if said not in ("yes", "no", "reopen"):
        return _page(_("请选同意，或者不同意。")), 422
    try:
        row = countersign.take(db.session, app_state().district, request_id, by=g.staff)
        if said == "yes":
            agree(db.session, row, by=g.staff)
        else:
            disagree(db.session, row, by=g.staff, reopens=said == "reopen")
    except countersign.NotSecond:
        refuse(Act.COUNTERSIGN)
    except NotRead:
        return _not_read()
    except countersign.Settled:
        return _page(_("这件事已经有人答过了。")), 409
    except (Lapsed, StaleDataError):
        return _lapse(request_id)
    db.session.commit()
    standings().forget()
    return redirect(url_for(".second", done=said), 303)


def _not_read() -> Answer:
    db.session.rollback()
    return _page(_("您还没有看过，或者后来又有新的话。请先打开看，再答。")), 409


def _lapse(request_id: int) -> Answer:
    """End a request that does not fit any more, and say so."""
    db.session.rollback()
    try:
        row = countersign.take(db.session, app_state().district, request_id, by=g.staff)
    except countersign.Settled:
        return _page(_("这件事已经有人答过了。")), 409
    countersign.lapse(db.session, row, by=g.staff)
    db.session.commit()
    return _page(_("这件事后来变过了，没有办。请让对方看过，再提一次。")), 409


def _page(problem: str = "") -> str:
    district = app_state().district
    rows = countersign.open_for(db.reading, district, g.staff)
    return render_template(
        "desk/second.html",
        asked=[_asked(db.reading, row) for row in rows],
        waiting=waiting_rows(
            db.reading,
            g.staff.unit_id,
            g.staff.member_id,
            day=today(),
            answer_days=district.reviews.answer_days,
        ),
        outcomes={outcome.id: outcome.zh for outcome in district.outcomes.values()},
        problem=problem,
        done=request.args.get("done", ""),
        words=words,
    )


def _asked(session: Session, row: Countersign) -> Asked:
    district = app_state().district
    member = session.get(Member, row.member_id) if row.member_id else None
    tip = session.get(Tip, row.tip_id) if row.tip_id else None
    outcome = district.outcomes.get(row.why)
    why = str(countersign.WHY.get(row.why, "")) if row.kind == Kind.SUSPEND else ""
    return Asked(
        id=row.id,
        kind=row.kind,
        unit=district.units[row.unit_id].zh,
        by=row.asked_by,
        day=row.asked_on.isoformat(),
        why=why or (outcome.zh if outcome else row.why),
        grounds=tuple(str(words.GROUNDS[Ground(code)]) for code in row.grounds.split()),
        is_own=tip is not None and tip.unit_id == g.staff.unit_id,
        member=member,
        roles=tuple(str(ROLES[role]) for role in member.roles) if member else (),
        tip=tip,
        days=days_kept(tip, outcome) if tip and outcome else None,
    )
