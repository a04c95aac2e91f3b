"""Serves the built public site, and the files that the app's own pages load."""

import mimetypes
from os.path import isdir, isfile
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as BaseResponse

from ..app_state import app_state
from ..config import Config
from ..district.data import routes_digest
from ..reading.keys_file import Keys, published
from .security import public

STATIC = Path(__file__).parents[1] / "static"
# Content may be kept by the browser, but is asked for again each time: no stale law, no stale key.
_REVALIDATE = "no-cache"


def make_blueprint(config: Config) -> Blueprint:
    """Make the views of the embedded shape, where one process serves all."""
    bp = Blueprint("public_site", __name__)

    @bp.get("/app/<path:path>")
    @public
    def app_file(path: str) -> Response:
        """Send a browser bundle, or a file of admin/static."""
        try:
            return _send(config.bundles, path)
        except NotFound:
            return _send(STATIC, path)

    if not config.production:
        bp.add_url_rule("/keys.json", view_func=demo_keys)

    @bp.get("/", defaults={"path": ""})
    @bp.get("/<path:path>")
    @public
    def page(path: str) -> Response | BaseResponse:
        """Send a page or file of the public site; a folder is its index page."""
        found = safe_join(str(config.site), path)
        if found is not None and isdir(found):
            if path and not path.endswith("/"):
                return redirect(f"{request.path}/")
            path = f"{path}index.html"
        try:
            return _send(config.site, path)
        except NotFound:
            return _lost(config, path)

    return bp


@public
def demo_keys() -> Response:
    """Give the fingerprints of the units' keys, and the routes' hash, as the site's own file does.

    For development alone: the demo makes its keys after the site is built.
    """
    district = app_state().district
    keys = published(Keys(district.fingerprints, district.retiring, district.overlap))
    response = jsonify(keys | {"routes": routes_digest(district)})
    response.headers["Cache-Control"] = _REVALIDATE
    return response


def _send(folder: Path, path: str) -> Response:
    """Send a file whole. They are small, and no open file outlives a browser that went away."""
    found = safe_join(str(folder), path)
    # Of a name that no file can have (too long, say) pathlib raises.
    if found is None or not isfile(found):
        raise NotFound
    kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
    response = Response(Path(found).read_bytes(), mimetype=kind)
    response.headers["Cache-Control"] = _REVALIDATE
    response.add_etag()
    response.make_conditional(request)
    return response


def _lost(config: Config, path: str) -> Response:
    """Answer a wrong address with the site's own page for them, which can search (theme/404.html).

    It is Chinese: for English addresses, and where no site is built, errors.py answers.
    """
    page = config.site / "404.html"
    wants_json = request.accept_mimetypes.best == "application/json"
    if path.startswith("en/") or wants_json or not page.is_file():
        raise NotFound
    return Response(page.read_bytes(), 404, mimetype="text/html")


def init_public_site(app: Flask, config: Config) -> None:
    app.register_blueprint(make_blueprint(config))
