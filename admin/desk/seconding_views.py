"""The page 核对: what a head of the other unit is asked to agree to, who asks it, and why."""

from dataclasses import dataclass

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ..access.permissions import (
    Act,
    may,
    refuse,
)
from ..access.roles import ROLES
from ..app_state import app_state
from ..db import db
from ..members import countersign
from ..members.countersign import Kind
from ..models import Countersign, Member, Tip
from ..renewal.guard import standings
from . import words
from .blueprint import Answer, bp
from .seconding import Lapsed, agree
from .services import days_kept


@dataclass(frozen=True)
class Asked:
    """One request as the page shows it."""

    id: int
    unit: str
    by: str
    day: str
    why: str
    member: Member | None
    roles: tuple[str, ...]
    tip: Tip | None
    days: int | None


@bp.get("/second/")
@may(Act.COUNTERSIGN)
def second() -> Answer:
    """Show what waits for me as the second person."""
    return _page()


@bp.post("/second/<int:request_id>")
@may(Act.COUNTERSIGN)
def settle_second(request_id: int) -> Answer:
    """Agree, or not."""
    said = request.form.get("agree")
    if said not in ("yes", "no"):
        return _page(_("请选同意，或者不同意。")), 422
    try:
        row = countersign.take(db.session, app_state().district, request_id, by=g.staff)
        if said == "yes":
            agree(db.session, row, by=g.staff)
        else:
            countersign.settle(db.session, row, is_granted=False, by=g.staff)
    except countersign.NotSecond:
        refuse(Act.COUNTERSIGN)
    except countersign.Settled:
        return _page(_("这件事已经有人答过了。")), 409
    except Lapsed:
        return _lapse(request_id)
    db.session.commit()
    standings().forget()
    return redirect(url_for(".second", done=said), 303)


def _lapse(request_id: int) -> Answer:
    """End a request that does not fit any more, and say so."""
    db.session.rollback()
    row = countersign.take(db.session, app_state().district, request_id, by=g.staff)
    countersign.settle(db.session, row, is_granted=False, by=g.staff)
    db.session.commit()
    return _page(_("这件事后来变过了，没有办。请让对方看过，再提一次。")), 409


def _page(problem: str = "") -> str:
    rows = countersign.open_for(db.reading, app_state().district, g.staff)
    return render_template(
        "desk/second.html",
        asked=[_asked(db.reading, row) for row in rows],
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
        unit=district.units[row.unit_id].zh,
        by=row.asked_by,
        day=row.asked_on.isoformat(),
        why=why or (outcome.zh if outcome else row.why),
        member=member,
        roles=tuple(str(ROLES[role]) for role in member.roles) if member else (),
        tip=tip,
        days=days_kept(tip, outcome) if tip and outcome else None,
    )
