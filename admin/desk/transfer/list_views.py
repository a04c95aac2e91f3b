"""The page of what comes from other units and went to them; the second browser that compares."""

from typing import Any, Final

from flask import abort, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select

from ...access.permissions import Act, is_allowed, may, not_there
from ...app_state import app_state
from ...db import db, today
from ...keys import issuing
from ...models import Tip, Transfer
from ...renewal.parts import bundle_json, own_riddle, session_mark
from ...renewal.riddles import Purpose, WrongProof
from ...vault.key_change import transfers
from ...vault.readers import shown_to
from ...wire.fields import hex_field
from ...wire.json_api import read_json
from .. import words
from ..blueprint import Answer, bp
from .listing import SHOWN, arriving, leaving
from .parts import check_proof, unit_word, write_down
from .services import WordsSince, fetch_back
from .words import REFUSED, transfer_words

_BATCH: Final = 20
_MOST_BODY: Final = 4096


@bp.get("/transfers")
@may(Act.TAKE_OVER)
def show_transfers() -> Answer:
    """Show what waits to be taken over here, and what became of what went to others."""
    return _page()


def _page(error: str = "") -> str:
    district, unit_id, me = app_state().district, g.staff.unit_id, g.staff.member_id
    return render_template(
        "desk/transfer/transfers.html",
        arriving=arriving(db.reading, unit_id, me),
        leaving=leaving(db.reading, unit_id, today(), me),
        gone=_gone(),
        error=error,
        shown=SHOWN,
        reasons=district.transfers,
        unit_word=unit_word,
        may_fetch=is_allowed(Act.FETCH_BACK, g.staff.roles),
        words=words,
    )


def _gone() -> str:
    """Read which tip the member looked for; no other text from an address stands on the page."""
    asked, me = request.args.get("gone", ""), g.staff.member_id
    return asked if transfers.has_left(db.reading, asked, g.staff.unit_id, me) else ""


@bp.post("/transfers/<int:transfer_id>/fetched-back")
@may(Act.FETCH_BACK)
def fetch_tip_back(transfer_id: int) -> Answer:
    """Take a tip back that nobody took over."""
    found = db.session.execute(
        select(Tip, Transfer)
        .join(Transfer, Transfer.tip_id == Tip.id)
        .where(Transfer.id == transfer_id, Transfer.from_unit == g.staff.unit_id)
        .where(shown_to(g.staff.member_id))
        .with_for_update()
    ).first()
    if found is None:
        not_there("")
    if found.Transfer.settled_on is not None:
        return redirect(url_for(".show_transfers"), 303)
    try:
        fetch_back(db.session, found.Tip, found.Transfer, actor=g.staff)
    except WordsSince:
        db.session.rollback()
        return _page(str(REFUSED[WordsSince])), 422
    db.session.commit()
    return redirect(url_for(".show_transfers"), 303)


@bp.get("/transfers/next.json")
@may(Act.TRANSFER)
def next_unchecked() -> Answer:
    """Name transfers of this unit that this member, here, may be the second to open."""
    key = issuing.current_key(db.reading, g.staff.unit_id)
    args = g.staff.unit_id, g.staff.name, session_mark(), _BATCH
    ids = transfers.next_unchecked(db.reading, *args) if key else []
    return jsonify(
        to=str(key.id) if key else "",
        tips=[str(number) for number in ids],
        riddle=own_riddle(key, Purpose.TRANSFER) if key and ids else "",
        words=transfer_words(),
    )


@bp.get("/transfers/<int:transfer_id>/kept.json")
@may(Act.TRANSFER)
def what_was_kept(transfer_id: int) -> Answer:
    """Give what a tip was before it was passed on, to a second browser of its unit."""
    transfer = _unchecked(transfer_id)
    reference = db.session.execute(select(Tip.reference).filter_by(id=transfer.tip_id)).scalar_one()
    bundle = bundle_json(transfers.read_kept(db.session, transfer))
    # By itself, when the member unlocks: no reading that the auditor is to ask about.
    write_down("transfer_compared", reference)
    db.session.commit()
    return jsonify(reference=reference, **bundle)


@bp.post("/transfers/<int:transfer_id>/checked")
@may(Act.TRANSFER)
def check_transfer(transfer_id: int) -> Answer:
    """Take a second browser's word for what the tip was, against what was sealed."""
    content = read_json(_MOST_BODY)
    transfer = _unchecked(transfer_id)
    try:
        check_proof(content)
    except WrongProof:
        db.session.rollback()
        abort(409)
    content_mac = hex_field(content, "content_mac", 64)
    is_same = transfers.check(db.session, transfer, content_mac, by=g.staff.name)
    reference = db.session.execute(select(Tip.reference).filter_by(id=transfer.tip_id)).scalar_one()
    write_down("transfer_checked" if is_same else "transfer_doubted", reference)
    db.session.commit()
    answer = jsonify(checked=is_same)
    answer.status_code = 200 if is_same else 422
    return answer


def _unchecked(transfer_id: int) -> Transfer:
    who: dict[str, Any] = {"unit_id": g.staff.unit_id, "name": g.staff.name}
    found = transfers.lock_unchecked(db.session, transfer_id, here=session_mark(), **who)
    if found is None:
        abort(409)
    return found
