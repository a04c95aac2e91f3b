"""Hands a tip's sealed bytes to the browser of a member who may open them, and audits it."""

import enum
from base64 import b64encode

from flask import g, jsonify, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import undefer

from ...access.permissions import Act, may
from ...audit.log import record
from ...db import db
from ...models import Tip, TipOpening
from ...sealing.marks import split_marks
from ...tip.status import TipStatus
from ...vault import readers
from ...vault.conversation import TalkRow, read_talk
from ...vault.deadlines.clocks import note_first_read
from ...vault.key_change import kept
from ..blueprint import Answer, bp
from ..claims import clock, is_held
from ..files.services import whole_files
from ..loading import locked_tip, own_tip
from .note_views import sealed_notes


class Why(enum.StrEnum):
    """For what a member opened a tip. The first two are told by the tip itself, not asked."""

    OWN = "own"
    """They hold it."""
    TRIAGE = "triage"
    """Nobody holds it."""
    COVER = "cover"
    """They stand in for the colleague who holds it."""
    REVIEW = "review"
    """They look over a colleague's work."""
    COMPARE = "compare"
    """They compare it with another tip of the same event."""
    UNSAID = "unsaid"
    """None of these was chosen: the auditor's page marks it."""


@bp.get("/tips/<string:reference>/sealed.json")
@may(Act.OPEN)
def sealed_tip(reference: str) -> Answer:
    """Send the sealed bytes of a tip and of its talk, as they are stored, and audit who asked."""
    tip = own_tip(db.reading, reference, *map(undefer, (Tip.sealed, Tip.marks, Tip.seen)))
    check_clear(tip)
    # First: the audit log's lock, once taken, must not be held while this waits for the tip's row.
    # Meanwhile it may have been passed on, or deleted: then nothing of it is sent, or noted.
    if locked_tip(reference).status is not TipStatus.PURGED:
        note_first_read(db.session, tip.id, by=g.staff.name)
        _note_opened(tip)
    readers.note_read(db.session, tip, g.staff.member_id)
    # All of it is read before the lock goes: talk and notes might be another unit's afterwards.
    answer = _sealed(tip)
    _audit_opening(tip, request.args.get("why", ""))
    return answer


def _sealed(tip: Tip) -> Answer:
    talk = read_talk(db.reading, tip.id)
    return jsonify(
        reference=tip.reference,
        unit=tip.unit_id,
        status=tip.status,
        sealed=_base64(tip.sealed) if tip.sealed else None,
        # Sealed anew, and what it was is kept still: "kept", or "doubted" where they differ.
        kept=kept.state_of(db.reading, tip.id),
        marks=[mark.hex() for mark in split_marks(tip.marks)],
        seen=_base64(tip.seen) if tip.seen else "",
        length=talk.length,
        messages=[_message(row) for row in talk.rows],
        notes=sealed_notes(tip),
        uploads=whole_files(db.reading, tip.id),
        # A page that outlived its sign-in learns the new session's token here.
        csrf=generate_csrf(),
    )


def _note_opened(tip: Tip) -> None:
    """Write down up to where the unit has opened the tip, where that is further than before."""
    opening = db.session.get(TipOpening, tip.id)
    if opening is None:
        db.session.add(TipOpening(tip_id=tip.id, upto=tip.talk_length))
    elif opening.upto < tip.talk_length:
        opening.upto = tip.talk_length


def check_clear(tip: Tip) -> None:
    """Raise `NotCleared` for who has not said yet that they have no part in the tip.

    Once its words are deleted nothing is left to open, nor who has read them.
    """
    if tip.status is not TipStatus.PURGED and not readers.is_clear(
        db.reading, tip.id, g.staff.member_id
    ):
        raise readers.NotCleared


def _audit_opening(tip: Tip, said: str) -> None:
    record(
        db.session,
        "opened",
        by=g.staff.name,
        unit_id=tip.unit_id,
        reference=tip.reference,
        detail=why_of(tip, said),
    )
    db.session.commit()


def why_of(tip: Tip, said: str) -> Why:
    """Tell why this member opens the tip; what they said counts where a colleague holds it."""
    if tip.claimed_by_id == g.staff.member_id:
        return Why.OWN
    if not is_held(tip, clock()):
        return Why.TRIAGE
    return Why(said) if said in {Why.COVER, Why.REVIEW, Why.COMPARE} else Why.UNSAID


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _message(row: TalkRow) -> dict[str, str | int]:
    return {
        "number": row.number,
        "direction": row.direction,
        "day": row.sent_on.isoformat(),
        "digest": row.digest,
        "sealed": _base64(row.sealed),
    }
