"""What members' browsers keep of labels for dispatchers, and what dispatchers' browsers get."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from flask import Response, g, jsonify, request
from flask_babel import gettext as _

from ...access.permissions import Act, is_allowed, may
from ...access.replies import refused, sent, sent_text
from ...app_state import app_state
from ...audit.log import keep_untold, record
from ...db import db
from ...sealing.payload import CROCKFORD
from ...vault.labels import copies as label_copies
from ...vault.labels import vouched
from ..blueprint import Answer, bp
from ..queue.listing import PAGE


def asked_references() -> list[str]:
    """Read of which rows a script asks."""
    asked = request.args.get("of", "").split(",")[:PAGE]
    return [text for text in asked if _is_reference(text)]


def _is_reference(text: object) -> bool:
    return isinstance(text, str) and len(text) == 11 and set(text) <= {*CROCKFORD, "-"}


def sees_labels() -> bool:
    """Tell whether somebody vouched for this dispatcher; members of other roles need no copy."""
    if not is_allowed(Act.SEE_LABEL, g.staff.roles) or not _may_have():
        return False
    return vouched.is_reader(db.reading, g.staff.unit_id, g.staff.member_id)


def misses_labels() -> bool:
    """Tell whether this dispatcher would see them once a head has vouched for them."""
    return is_allowed(Act.SEE_LABEL, g.staff.roles) and _may_have() and not sees_labels()


def _may_have() -> bool:
    """Tell whether labels of the unit say anything: of tips about officials they don't."""
    return not app_state().district.ways.is_sealed(g.staff.unit_id)


def readers_json(references: list[str]) -> dict[str, Any]:
    """Tell a member's browser for whom labels are to be sealed once more, and which lack it."""
    if not _may_have():
        return {}
    readers = vouched.current_readers(db.reading, g.staff.unit_id)
    if not readers:
        return {}
    member = g.staff.unit_id, g.staff.member_id
    return {
        "readers": [[one.name, one.recipient, one.mac] for one in readers],
        "readers_name": vouched.name_of(readers),
        "lacking": label_copies.lacking(db.reading, *member, references),
    }


@bp.get("/labels/copies.json")
@may(Act.SEE_LABEL)
def copies_json() -> Answer:
    """Send the copies of some rows, for the dispatcher's own key to open."""
    member = g.staff.unit_id, g.staff.member_id
    found = label_copies.read_copies(db.reading, *member, asked_references())
    return jsonify(copies={name: b64encode(copy).decode() for name, copy in found.items()})


@bp.post("/labels/copies")
@may(Act.COPY_LABEL)
def keep_copies() -> Response:
    """Keep what a member's browser sealed once more, without a line in the log.

    It does so by itself, at the first look at a tip: line by line they would tell when tips come.
    """
    copies = _read_copies(sent().get("copies"))
    if copies is None or not _may_have():
        return refused(_("浏览器传来的内容不完整。请刷新页面，再做一次。"), 400)
    member = g.staff.unit_id, g.staff.member_id
    try:
        kept = label_copies.keep(db.session, *member, readers=sent_text("readers"), copies=copies)
    except label_copies.BadCopy:
        db.session.rollback()
        return refused(_("浏览器传来的内容不完整。请刷新页面，再做一次。"), 400)
    except label_copies.Changed:
        db.session.rollback()
        return refused(_("看类型和地点的人刚刚变了。请刷新页面。"), 409)
    keep_untold(db.session)
    db.session.commit()
    return jsonify(kept=kept)


def _read_copies(posted: object) -> Mapping[str, bytes] | None:
    """Read the copies by reference; None where they are not what our script posts."""
    if not isinstance(posted, dict) or not 0 < len(posted) <= label_copies.MOST_COPIES:
        return None
    if not all(_is_reference(name) and isinstance(text, str) for name, text in posted.items()):
        return None
    try:
        return {name: b64decode(text, validate=True) for name, text in posted.items()}
    except ValueError:
        return None


@bp.post("/labels/false")
@may(Act.COPY_LABEL)
def report_false() -> Response:
    """Write down that my browser found a reader for whom nobody vouched, and sealed nothing."""
    record(db.session, "labels_refused", by=g.staff.name, unit_id=g.staff.unit_id)
    db.session.commit()
    return jsonify(done=True)
