"""Hands a tip's sealed files out part by part, and keeps note of copies that leave the desk."""

from flask import Response, abort, g, jsonify, request

from ...access.permissions import Act, may
from ...db import db
from ...vault import vault
from ...vault.files.blobs import BlobsAway, part_length
from ...wire.request_lock import unlocked
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import locked_tip, own_tip
from ..tip.opening import check_clear
from .forms import LeavingForm
from .services import (
    held_file,
    note_leaving,
    note_opened,
    read_later,
)

_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"


@bp.get("/tips/<string:reference>/files/<string:blob>/<int:number>")
@may(Act.OPEN)
def file_part(reference: str, blob: str, number: int) -> Answer:
    """Send one sealed part of a file; who asks for the first of them opens it, and is audited."""
    tip = own_tip(db.reading, reference)
    check_clear(tip)
    upload = held_file(db.reading, tip.id, blob)
    if upload is None or not part_length(upload.size, number):
        abort(404)
    _refuse_missing(blob, number)
    if number == 0:
        note_opened(db.session, tip, blob, actor=g.staff)
        db.session.commit()
    part = Response(read_later(vault().blobs, blob, number))
    # Whoever calls this address up as a page gets a file to save, and never a document.
    part.headers["Content-Type"] = "application/octet-stream"
    part.headers["Content-Disposition"] = "attachment"
    part.headers["Content-Security-Policy"] = _CSP
    return part


def _refuse_missing(blob: str, number: int) -> None:
    """Look before the answer begins: afterwards it can only be broken off."""
    # Without the request lock: a remote store may hang, and words go on arriving.
    db.reading.rollback()
    try:
        with unlocked(request.environ):
            stands = vault().blobs.size(blob, number) is not None
    except BlobsAway:
        abort(503)
    if not stands:
        abort(404)


@bp.post("/tips/<string:reference>/copies")
@may(Act.OPEN)
def note_copy(reference: str) -> Answer:
    """Keep note that a copy of a file leaves, before the browser hands it out."""
    tip = locked_tip(reference)
    form = LeavingForm()
    if not form.validate_on_submit():
        return refused(form)
    if held_file(db.session, tip.id, form.blob.data or "") is None:
        abort(404)

    note_leaving(db.session, tip, actor=g.staff, **form.told())
    db.session.commit()
    return jsonify(noted=True)
