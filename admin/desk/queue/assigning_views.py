"""On a tip's page: hand it to a member of the unit, and set its working labels."""

from typing import Any

from flask import Flask, g, request

from ...access.permissions import Act, may
from ...app_state import app_state
from ...db import db
from ...models import Member, Tip
from ..blueprint import Answer, bp
from ..claims import clock, is_held
from ..labels.views import misses_labels, sees_labels
from ..loading import (
    back_to,
    locked_tip,
    tip_as_seen,
)
from ..tip import labels
from .assigning import NotToThem, assign
from .side import Colleague, read_side
from .views import this_viewer


@bp.post("/tips/<string:reference>/assign")
@may(Act.ASSIGN)
def assign_tip(reference: str) -> Answer:
    """Hand a tip to a member of the unit."""
    tip = tip_as_seen(reference)
    to = request.form.get("to", type=int)
    member = None if to is None else db.session.get(Member, to)
    if member is None:
        raise NotToThem
    assign(db.session, tip, to=member, actor=g.staff)
    db.session.commit()
    return back_to(reference)


@bp.post("/tips/<string:reference>/labels")
@may(Act.LABEL)
def label_tip(reference: str) -> Answer:
    """Set a tip's working labels to those that are ticked."""
    # Locked, for want of a version: two who set the same label at once both get what they wanted.
    tip = locked_tip(reference)
    district = app_state().district
    ticked = set(request.form.getlist("label")) & set(district.labels)
    labels.set_labels(
        db.session,
        tip,
        add=ticked,
        remove=set(district.labels) - ticked,
        actor=g.staff,
        ways=district.ways,
    )
    db.session.commit()
    return back_to(reference)


def carries_labels(tip: Tip) -> bool:
    return labels.carries_labels(tip, app_state().district.ways)


def tip_labels(tip: Tip) -> frozenset[str]:
    return labels.read_tip_labels(db.reading, tip.id)


def holder_of(tip: Tip) -> Member | None:
    """Give who holds the tip now: a claim that ran out is nobody's."""
    return tip.claimed_by if is_held(tip, clock()) else None


def colleagues() -> list[Colleague]:
    """Give who may be handed a tip, with how many open ones each holds."""
    return read_side(db.reading, this_viewer(), with_load=True).colleagues


def init_assigning(app: Flask) -> None:
    """Give the partials what they show; only a page that includes them pays for it."""
    helpers: dict[str, Any] = {
        "carries_labels": carries_labels,
        "tip_labels": tip_labels,
        "colleagues": colleagues,
        "holder_of": holder_of,
        "misses_labels": misses_labels,
        "sees_labels": sees_labels,
        "working_labels": lambda: app_state().district.labels,
    }
    app.jinja_env.globals.update(helpers)
