"""The desk's page of what is to be published: a second person looks at it, and confirms or not."""

from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from ...access.permissions import Act, may, refuse
from ...db import db, today
from .drafts import (
    REASONS,
    Altered,
    Changed,
    MadeForDemo,
    NotSecond,
    TooEarly,
    confirm,
    send_back,
)
from .store import confirmed_rows, draft_row, file_of
from .told import blocks_of, together

bp = Blueprint("publication", __name__, url_prefix="/desk/counts/publication")

Answer = str | tuple[str, int] | Response | BaseResponse
_DONE: Final = ("yes", "no")
_PROBLEMS: Final[dict[type[Exception], Any]] = {
    Changed: _l("草稿后来变过了。请重新看一遍。"),
    MadeForDemo: _l("这份草稿是演示用的，不能公布。请退回，让运维在正式环境重做。"),
    Altered: _l("草稿和审计记录里的不一样，不能确认。请告诉安全审计员。"),
    TooEarly: _l("这份草稿的公布日还没到，不能确认。请运维核对两台机器的时钟。"),
}


@bp.get("/")
@may(Act.PUBLISH)
def show() -> Answer:
    """Show the draft as it would go out, rounded and without reasons, and what went out before."""
    return _page()


@bp.post("/")
@may(Act.PUBLISH)
def settle() -> Answer:
    """Confirm the draft that was looked at, or send it back with a reason."""
    said, why = request.form.get("agree"), request.form.get("why", "")
    if said not in _DONE or (said == "no" and why not in REASONS):
        return _page(_("请选确认；要退回的，请选一个原因。")), 422
    seen = request.form.get("sha256", "")
    try:
        if said == "yes":
            confirm(db.session, seen, by=g.staff.name, today=today())
        else:
            send_back(db.session, seen, by=g.staff.name, why=why)
    except NotSecond:
        refuse(Act.PUBLISH)
    except tuple(_PROBLEMS) as error:
        db.session.rollback()
        return _page(f"{_PROBLEMS[type(error)]}"), 409
    db.session.commit()
    return redirect(url_for(".show", done=said), 303)


def _page(problem: str = "") -> str:
    row = draft_row(db.reading)
    told: dict[str, Any] = {}
    if row is not None:
        file = file_of(row)
        blocks = list(blocks_of(file))
        told = {
            "blocks": [block for block in blocks if len(block.columns) > 1],
            "together": together(blocks),
        }
    done = request.args.get("done", "")
    return render_template(
        "counts/publication.html",
        draft=row,
        before=[*confirmed_rows(db.reading)][::-1],
        is_own=row is not None and row.made_by == g.staff.name,
        reasons=REASONS,
        problem=problem,
        done=done if done in _DONE else "",
        **told,
    )
