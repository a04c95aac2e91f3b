"""Tips that staff write down for somebody who calls, writes or comes; sealed in their browser.

The server takes what it takes of a reporter's browser: a cover and sealed bytes. No flood is judged
here, for a member stands behind each; who entered a tip is in the audit log.
"""

import re
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..access.permissions import Act, may
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..tip.channels import CHANNELS, TAKEN_DOWN
from ..tip.fields import FIELDS
from ..tip.problems import Problem
from ..tip.routing import offered_categories
from ..vault import store, vault
from ..vault.cover import Cover, read_cover
from ..vault.offered import routes_of
from ..web.questions import TipQuestions, make_offer
from ..wire.fields import text_field
from ..wire.json_api import answer_json, answer_problem, read_json
from . import words
from .blueprint import Answer

bp = Blueprint("entering", __name__, url_prefix="/desk/enter")
MOST_BODY = 128 * 1024
_STEP = 4096
_CHANNEL = re.compile("|".join(TAKEN_DOWN))


@bp.get("/")
@may(Act.ENTER)
def show_form() -> Answer:
    """Show the public form's questions, to be asked of somebody and answered for them."""
    _refuse_practice()
    district, units = app_state().district, vault().units.get()
    offered = offered_categories(district, units, sealed_way=True, resting=units.resting)
    form = TipQuestions()
    form.offer(make_offer(district, offered, "zh"))
    form.preset()
    return render_template(
        "desk/enter.html",
        form=form,
        questions=FIELDS,
        channels={channel: _(CHANNELS[channel]) for channel in TAKEN_DOWN},
        units={unit.id: unit.zh for unit in district.units.values()},
        browser_words=words.browser_words(district),
        never=district.never,
        mailbox=f"{app_state().config.public_host}/mailbox/",
    )


@bp.get("/routes.json")
@may(Act.ENTER)
def show_routes() -> Response:
    """Give what chooses a tip's unit, as the public form's routes.json does."""
    return jsonify(routes_of(app_state().district, app_state().site_id, vault().units.get()))


@bp.post("/sealed")
@may(Act.ENTER)
def store_sealed() -> Response:
    """Store a tip that a member's browser sealed for somebody, once."""
    _refuse_practice()
    content = read_json(MOST_BODY)
    channel, cover = text_field(content, "channel", _CHANNEL), read_cover(content)
    unit = cover.open_unit(vault().units.get())
    if unit is None:
        return _stored_before(cover, db.reading) or _problem(Problem.UNIT_CLOSED)
    try:
        store.store_tip(db.session, cover.tip(unit, channel=channel))
        # No reference and no channel: a line of the log has a time, and a call is the caller's act.
        record(db.session, "entered", **_who())
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return _stored_before(cover, db.session) or _problem(Problem.REFERENCE_TAKEN)
    return _answer()


def _who() -> dict[str, Any]:
    return {"by": g.staff.name, "unit_id": g.staff.unit_id}


def _stored_before(cover: Cover, session: Session) -> Response | None:
    """Answer as at the first time where the receipt is known; None where it is not."""
    found = store.find_stored(session, cover.lookup, cover.sealed)
    if found is None:
        return None
    return _answer() if found.is_same else _problem(Problem.OTHER_WORDS)


def _answer() -> Response:
    return answer_json({"stored": True}, step=_STEP)


def _problem(problem: Problem) -> Response:
    return answer_problem(problem, step=_STEP)


def _refuse_practice() -> None:
    """Keep a unit for practice from entering what is real."""
    unit = app_state().district.units.get(g.staff.unit_id)
    if unit is None or unit.practice:
        abort(404)
