"""On the unit's page: a head lets a dispatcher read what tips are about and where, or no more."""

from flask import Response, g, jsonify
from flask_babel import gettext as _

from ..access.permissions import Act, may, refuse
from ..access.replies import refused, sent, sent_text
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..keys.posted import BadKeys
from . import label_readers
from . import services as unit_keys
from .views import bp


@bp.post("/unit/label-readers")
@may(Act.VOUCH)
def vouch() -> Response:
    """Keep that I heard a dispatcher read out the key to which labels will be sealed."""
    try:
        posted = label_readers.read_vouch(sent())
        is_new = label_readers.vouch(db.session, app_state().district, g.staff, posted)
    except BadKeys:
        return refused(_("浏览器传来的内容不完整。请刷新页面，再做一次。"), 400)
    except unit_keys.NotHolder:
        refuse(Act.VOUCH)
    except (label_readers.NoLabels, label_readers.Full, unit_keys.Unfit, unit_keys.Stale) as error:
        db.session.rollback()
        return refused(_why_not(error), 409)
    if is_new:
        db.session.commit()
    return jsonify(done=True)


def _why_not(error: Exception) -> str:
    if isinstance(error, label_readers.NoLabels):
        return str(_("这个单位收涉公职的线索，分派员看不到类型和地点。"))
    if isinstance(error, label_readers.Full):
        return str(_("看类型和地点的人满了。请先收回一个。"))
    if isinstance(error, unit_keys.Unfit):
        return str(_("这个人不是本单位的分派员，或者已经停用。请刷新页面。"))
    return str(_("单位或者这个人刚换了密钥，没有做成。请刷新页面，再核对一次。"))


@bp.post("/unit/label-readers/refused")
@may(Act.VOUCH)
def report_wrong() -> Response:
    """Write down that what I typed is not the check code of the dispatcher's key."""
    record(db.session, "vouch_refused", by=g.staff.name, unit_id=g.staff.unit_id)
    db.session.commit()
    return jsonify(done=True)


@bp.post("/unit/label-readers/end")
@may(Act.UNVOUCH)
def take_back() -> Response:
    """Let a dispatcher read them no more, from this moment on."""
    try:
        label_readers.take_back(db.session, g.staff, sent_text("name"))
    except label_readers.NotReader:
        db.session.rollback()
        return refused(_("他本来就看不到，或者刚刚被收回。请刷新页面。"), 409)
    db.session.commit()
    return jsonify(done=True)
