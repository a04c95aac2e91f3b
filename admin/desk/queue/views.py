"""The desk's first page: what waits in a member's unit, lane by lane."""

from base64 import b64encode
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from flask import abort, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from ...access.permissions import (
    Act,
    is_allowed,
    may,
)
from ...access.replies import first_page
from ...app_state import app_state, made_of_district
from ...db import db, today
from ...web.security import staff_only
from .. import words
from ..blueprint import Answer, bp
from ..claims import clock
from ..labels.views import asked_references, readers_json, sees_labels
from . import words as queue_words
from .filters import (
    MOST,
    NAME_MAX,
    NoName,
    NotYours,
    TooMany,
    delete_filter,
    save_filter,
)
from .lanes import (
    Cursor,
    Lane,
    Viewer,
)
from .listing import (
    BadCursor,
    QueuePage,
    parse_cursor,
    read_labels,
)
from .pulse import mark_of, pulse, wait_from
from .row_html import Show, rows_html
from .search import Wanted, read_wanted
from .side import Seen, read_seen

_SCRIPT_WORDS = "dengshao queue words"


@bp.get("/")
@staff_only
def queue() -> Answer:
    """Show what waits in the member's unit."""
    if not is_allowed(Act.QUEUE, g.staff.roles):
        # Who sees no queue begins at a page of their own.
        return redirect(first_page(g.staff.roles))
    wanted, faults = read_wanted(request.args, app_state().district.labels)
    after, notice = _start(wanted.lane)
    viewer, may_assign = this_viewer(), is_allowed(Act.ASSIGN, g.staff.roles)
    seen = db.listed(
        lambda session: read_seen(session, viewer, wanted, after, with_load=may_assign)
    )
    return render_template(
        "desk/queue/queue.html",
        **_around(wanted, seen),
        **_rows(seen.page, viewer),
        mark=mark_of(seen.page),
        is_first=after is None,
        notice=notice or queue_words.faults_word(faults) or _saved_word(),
    )


def this_viewer() -> Viewer:
    return Viewer(g.staff.unit_id, g.staff.member_id, today(), clock())


def _start(lane: Lane) -> tuple[Cursor | None, str]:
    """Read where the page starts; a broken address leads to the first page, and is told."""
    if "after" not in request.args:
        return None, ""
    try:
        return parse_cursor(request.args["after"], lane), ""
    except BadCursor:
        return None, _("翻页的地址不完整，已经回到第一页。")


def _around(wanted: Wanted, seen: Seen) -> dict[str, Any]:
    """Collect what stands around the rows: lanes, filters, colleagues, what the member may do."""
    roles = g.staff.roles
    return {
        "wanted": wanted,
        "Lane": Lane,
        "counts": seen.counts,
        "side": seen.side,
        "may_open": is_allowed(Act.OPEN, roles),
        "may_assign": is_allowed(Act.ASSIGN, roles),
        "may_transfer": is_allowed(Act.TRANSFER, roles),
        "may_bulk": is_allowed(Act.BULK, roles),
        "may_claim": is_allowed(Act.CLAIM, roles),
        "here": queue_words,
        "words": words.queue_words(),
        "counted": words.counted,
        "labels": app_state().district.labels,
        "script_words": _script_words(),
        "name_max": NAME_MAX,
    }


def _rows(page: QueuePage, viewer: Viewer) -> dict[str, Any]:
    roles = g.staff.roles
    show = Show(
        today=viewer.today,
        tip_address=url_for(".show_tip", reference="-").removesuffix("-"),
        may_open=is_allowed(Act.OPEN, roles),
        may_choose=is_allowed(Act.BULK, roles) or is_allowed(Act.ASSIGN, roles),
        # All of their tips carry an empty label, which tells nobody anything.
        is_custodial=app_state().district.ways.is_custodial(viewer.unit_id),
        sees_labels=sees_labels(),
    )
    return {"page": page, "rows": rows_html(page.rows, show)}


def _script_words() -> Markup:
    """Give the script's words as an attribute's value: the same for all, and long to make."""
    return made_of_district(
        _SCRIPT_WORDS,
        lambda district: escape(current_app.json.dumps(queue_words.script_words(district))),
    )


@bp.get("/labels.json")
@may(Act.OPEN)
def labels_json() -> Answer:
    """Send the sealed labels of some rows, for the browser to open: the page need not wait."""
    references = asked_references()
    found = read_labels(db.reading, this_viewer(), references)
    labels = {name: b64encode(label).decode() for name, label in found.items()}
    return jsonify(labels=labels, **readers_json(references))


@bp.get("/pulse.json")
@may(Act.QUEUE)
def pulse_json() -> Answer:
    """Tell how many wait in each lane, and whether the asker's rows still stand so."""
    began = monotonic()
    viewer = this_viewer()
    wanted, _faults = read_wanted(request.args, app_state().district.labels)
    after, _notice = _start(wanted.lane)
    seen = db.listed(lambda session: read_seen(session, viewer, wanted, after, with_load=False))
    found = pulse(seen.counts, seen.page, words.counted)
    wait_from(began)
    return jsonify(found)


@bp.post("/filters")
@may(Act.SEARCH)
def save_view() -> Answer:
    """Save the view under a name of the member's own."""
    wanted, _faults = read_wanted(request.form, app_state().district.labels)
    name = request.form.get("name", "")
    address, said = wanted.in_address(), "saved"
    try:
        save_filter(db.session, member_id=g.staff.member_id, name=name, query=wanted.query())
        db.session.commit()
    except NoName:
        said = "no_name"
    except TooMany:
        said = "too_many"
    return redirect(f"{url_for('.queue')}?{urlencode(address | {'said': said})}", 303)


@bp.post("/filters/<int:filter_id>/delete")
@may(Act.SEARCH)
def delete_view(filter_id: int) -> Answer:
    """Delete a saved view; another member's is as unknown as one that never was."""
    try:
        delete_filter(db.session, member_id=g.staff.member_id, filter_id=filter_id)
    except NotYours:
        abort(404)
    db.session.commit()
    return redirect(url_for(".queue", said="deleted"), 303)


def _saved_word() -> str:
    """Say what became of a view that was to be saved or deleted."""
    sentences = {
        "saved": _("存好了，在分栏下面。"),
        "deleted": _("已删除。"),
        "recused": _("记下了。这条线索您不再看得到，只有负责人知道。"),
        "no_name": _("没有存：请写一个名字，最多 %(n)s 个字。", n=NAME_MAX),
        "too_many": _("没有存：最多存 %(n)s 个。请先删除不用的。", n=MOST),
    }
    return str(sentences.get(request.args.get("said", ""), ""))
