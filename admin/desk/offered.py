"""What the public form hands out, for the desk's browsers to hold against their own keys."""

from flask import Blueprint, Response, jsonify

from ..app_state import app_state
from ..vault import vault
from ..vault.offered import offered_units, routes_of
from ..web.security import staff_only

bp = Blueprint("desk_offered", __name__, url_prefix="/desk")


@bp.get("/offered.json")
@staff_only
def show_offered() -> Response:
    """Give the units as the form's routes.json does, and the routes themselves."""
    district, units = app_state().district, vault().units.get()
    return jsonify(
        units=offered_units(district, units, practice=True),
        routes=routes_of(district, app_state().site_id, units),
    )
