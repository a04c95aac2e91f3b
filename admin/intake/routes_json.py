"""The district's routes as the browser needs them, so that it chooses the unit and seals to it."""

import json

from flask import Blueprint, Flask, Response, current_app

from ..app_state import app_state
from ..district.data import District
from ..vault import vault
from ..vault.offered import routes_of
from ..vault.units import OpenUnits
from ..web.security import public

bp = Blueprint("routes_json", __name__)


class RoutesCache:
    """The answer, made once for the units that are open, and anew with the district's data."""

    def __init__(self) -> None:
        self._made: tuple[District, OpenUnits, bytes] | None = None

    def get(self, district: District, site_id: str, units: OpenUnits) -> bytes:
        made = self._made
        if made is None or made[0] is not district or made[1] != units:
            text = json.dumps(routes_of(district, site_id, units), separators=(",", ":"))
            made = self._made = (district, units, text.encode())
        return made[2]


@bp.get("/tip/routes.json")
@public
def show_routes() -> Response:
    """Give the routes. The fingerprints stand in /keys.json, which the static site brings."""
    cache: RoutesCache = current_app.extensions["dengshao.routes"]
    text = cache.get(app_state().district, app_state().site_id, vault().units.get())
    return current_app.response_class(text, mimetype="application/json")


def init_routes(app: Flask) -> None:
    app.extensions["dengshao.routes"] = RoutesCache()
    app.register_blueprint(bp)
