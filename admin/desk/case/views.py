"""The page of a case file. What stands on its sheet the browser opens; the server has the cover.

Who prints or exports it is written down first, with a sum of what leaves, and nothing else.
"""

import time
from datetime import datetime

from flask import g, jsonify, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session, joinedload, selectinload
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Regexp

from ...access.permissions import Act, may
from ...access.roles import Staff
from ...app_state import app_state
from ...audit.log import record_at_commit
from ...db import SHANGHAI, db
from ...models import Tip
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.lane import leave_lane
from .. import words
from ..answers import refused
from ..blueprint import Answer, bp
from ..claims import clock, is_held, is_holder
from ..files.services import MOST_HELD
from ..loading import locked_tip, own_tip
from ..services import MoveNotAllowed
from ..tip.history import history_of
from ..tip.words import WHY, case_words, tip_words

_KINDS = {"printed": EventKind.CASE_PRINTED, "exported": EventKind.CASE_EXPORTED}
_MALFORMED = _l("校验值不对。请刷新页面。")


class CaseForm(FlaskForm):  # type: ignore[misc]
    """In what form a case file leaves, and a sum of it."""

    what = StringField("", [AnyOf(list(_KINDS), message=_MALFORMED)])
    sha256 = StringField("", [InputRequired(_MALFORMED), Regexp(r"^[0-9a-f]{64}\Z", 0, _MALFORMED)])


@bp.get("/tips/<string:reference>/case-file")
@may(Act.CASE_FILE)
def show_case(reference: str) -> Answer:
    """Show the empty sheet; the browser opens the tip and fills it."""
    tip = own_tip(db.reading, reference, selectinload(Tip.decisions), joinedload(Tip.claimed_by))
    district, now = app_state().district, clock()
    return render_template(
        "desk/case/case_file.html",
        tip=tip,
        held_by_other=is_held(tip, now) and not is_holder(tip, g.staff, now),
        whys=WHY,
        facts={"cover": _cover(tip), "history": [(one.day, str(one)) for one in history_of(tip)]},
        browser_words=words.browser_words(district) | tip_words(district) | {"case": case_words()},
        most_held=MOST_HELD,
    )


def _cover(tip: Tip) -> list[tuple[str, str]]:
    district = app_state().district
    outcome = district.outcomes.get(tip.outcome or "")
    made_at = datetime.fromtimestamp(time.time(), SHANGHAI)
    lines = [
        (_("线索编号"), tip.reference),
        (_("单位"), district.units[tip.unit_id].zh),
        (_("收到"), tip.received_on.isoformat()),
        (_("紧急程度"), f"{tip.urgency} {words.URGENCY[tip.urgency]}"),
        (_("状态"), str(words.STATUS[tip.status])),
        (_("结果"), outcome.zh if outcome else ""),
        (_("制作"), f"{g.staff.name} {made_at:%Y-%m-%d %H:%M}"),
    ]
    return [(label, text) for label, text in lines if text]


@bp.post("/tips/<string:reference>/case-file")
@may(Act.CASE_FILE)
def note_case(reference: str) -> Answer:
    """Write down that a case file leaves, before the browser gives it out."""
    tip = locked_tip(reference)
    form = CaseForm()
    if not form.validate_on_submit():
        return refused(form)

    kind, sum_ = _KINDS[form.what.data or ""], form.sha256.data or ""
    note_leaving(db.session, tip, kind, sum_, actor=g.staff)
    db.session.commit()
    return jsonify(noted=True)


def note_leaving(session: Session, tip: Tip, kind: EventKind, sha256: str, *, actor: Staff) -> None:
    """Keep in the history that a case file left, and in the audit log its sum.

    Raises `MoveNotAllowed` once the words are gone: then there is none.
    """
    if tip.status is TipStatus.PURGED:
        raise MoveNotAllowed("purged")
    leave_lane(tip)
    history.record(session, tip, Event(kind), by=actor.name)
    about = {"by": actor.name, "unit_id": tip.unit_id, "reference": tip.reference}
    record_at_commit(session, kind, detail=sha256, **about)
