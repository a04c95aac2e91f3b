"""What the pages of the first people ask every few seconds: whose turn it is, of which unit."""

from flask import Blueprint, Response, abort, g, jsonify, request

from ..access.permissions import Act, is_allowed
from ..app_state import app_state
from ..db import db
from ..district.data import Unit
from ..members import invitations
from ..signin import guard
from ..web.security import public, staff_only
from .progress import Progress, Stage, progress_json, read_progress

bp = Blueprint("progress", __name__, url_prefix="/desk")


@bp.get("/progress.json")
@staff_only
def mine() -> Response:
    """Tell a member of their own unit, and an administrator of all that are on their way."""
    district, staff = app_state().district, g.staff
    invites = is_allowed(Act.INVITE, staff.roles)
    if invites:
        every = [_read(unit) for unit in district.units.values() if not unit.practice]
        found = [one for one in every if one.stage not in (Stage.INVITE, Stage.OPEN)]
    else:
        unit = district.units.get(staff.unit_id or "")
        found = [_read(unit)] if unit else []
    return jsonify(units=[progress_json(one, me=staff.name, invites=invites) for one in found])


@bp.post("/join/progress")
@public
def of_link() -> Response:
    """Tell who has a link, or a second one, how far the unit is; no names."""
    body = request.get_json(silent=True)
    token = body.get("token") if isinstance(body, dict) else None
    unit_id = invitations.unit_of(db.reading, str(token)[:200], guard.clock())
    unit = app_state().district.units.get(unit_id or "")
    if unit is None:
        abort(404)
    return jsonify(units=[progress_json(_read(unit), with_names=False)])


def _read(unit: Unit) -> Progress:
    here = app_state()
    return read_progress(
        db.reading, here.district, unit, guard.clock(), may_publish=here.config.keys_by_desk
    )
