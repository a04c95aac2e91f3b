"""What the public form hands out, for the desk's browsers to hold against their own keys."""

from flask import Blueprint, Response, jsonify

from ..house import house
from ..security import staff_only
from ..vault import vault
from ..vault.offered import offered_units

bp = Blueprint("desk_offered", __name__, url_prefix="/desk")


@bp.get("/offered.json")
@staff_only
def show_offered() -> Response:
    """Give the units as the form's routes.json does."""
    return jsonify(units=offered_units(house().district, vault().units.get(), practice=True))
