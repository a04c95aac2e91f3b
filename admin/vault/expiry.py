"""Deletes what has had its day: contents of tips, spent nonces, day keys.

A tip's files are let go here, with its words; file_sweep removes them afterwards.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import delete, exists, select, text, true, update
from sqlalchemy.orm import Session, aliased

from ..db import SHANGHAI, changed_rows, today
from ..models import (
    EXPIRING,
    PURGED,
    DayKey,
    HandoverNote,
    LaneRank,
    Message,
    Note,
    SpentChallenge,
    SpentNonce,
    Tip,
    TipLabel,
)
from ..tip.status import TipStatus
from . import history, transfers
from .deadlines import clocks
from .files import uploads
from .key_change import kept

# A form's token is good for 24 hours; its nonce stays known for 7 days more, so that a late
# retry is still answered with the same receipt (design.md section 4). The form's own day counts:
# so many days' keys stand, and no more.
NONCE_DAYS = 8
PURGED_DAYS = 180
"""Days for which the mailbox still says 内容已删除; afterwards the receipt is unknown."""
BATCH = 200
"""Tips that one turn changes: writers wait for as long as it takes."""
_EMPTY: Final = {
    "status": TipStatus.PURGED,
    "is_open": False,
    "version": Tip.version + 1,
    "talk_length": 0,
    "machine_unit": None,
    "lane_rank": LaneRank.PLAIN,
    "claimed_until": None,
    "due_on": None,
    "due_rule": None,
    "label": None,
    "sealed": None,
    "marks": None,
    "seen": None,
}


def sweep(session: Session, day: date | None = None) -> dict[str, int]:
    """Delete what is due on `day` (today), `BATCH` tips and covers at most. The caller commits.

    Idempotent. Returns how many of each kind were deleted, for the operator.
    """
    day = day or today()
    oldest = oldest_form(day)
    spent = delete(SpentChallenge).where(SpentChallenge.day < day)
    handovers = delete(HandoverNote).where(HandoverNote.written_at < _oldest_handover(day))
    return {
        "tips": _purge(session, day),
        "kept": kept.forget_old(session, day, BATCH) + transfers.forget_old(session, day, BATCH),
        "covers": _forget(session, day - timedelta(days=PURGED_DAYS)),
        "nonces": changed_rows(session.execute(delete(SpentNonce).where(SpentNonce.day < oldest))),
        "challenges": changed_rows(session.execute(spent)),
        "handovers": changed_rows(session.execute(handovers)),
        "day_keys": changed_rows(session.execute(delete(DayKey).where(DayKey.day < oldest))),
    }


def oldest_form(day: date) -> date:
    """Tell the earliest day whose forms are still known on `day`."""
    return day - timedelta(days=NONCE_DAYS - 1)


def _oldest_handover(day: date) -> int:
    """Tell the moment before which hand-over notes are too old."""
    oldest = day - timedelta(days=clocks.clocks().retention.handover_days)
    return int(datetime.combine(oldest, time(), SHANGHAI).timestamp())


def _purge(session: Session, day: date) -> int:
    """Delete the words of tips whose day has come; the cover stays, so that counts survive.

    All at once, not one by one: a whole lane may be due on one day, and writers wait meanwhile.
    """
    head = aliased(Tip)
    # What was merged into a case that is still open belongs to it.
    is_needed = exists().where(head.id == Tip.merged_into_id, head.is_open == true())
    due = session.execute(
        select(Tip.id, Tip.status)
        .where(Tip.expires_on <= day, text(EXPIRING), ~is_needed)
        .limit(BATCH)
        # Who acts on one of them at this moment comes before us, or is told that it has changed.
        .with_for_update(of=Tip)
    ).all()
    old = {row.id: row.status for row in due}
    if old:
        for table in (Message, Note, TipLabel):
            session.execute(delete(table).where(table.tip_id.in_(old)))
        session.execute(update(Tip).where(Tip.id.in_(old)).values(_EMPTY))
        history.record_purged(session, old)
        uploads.release(session, old)
        kept.forget(session, old)
        transfers.forget(session, old)
    return len(old)


def _forget(session: Session, day: date) -> int:
    """Let a receipt become unknown once its tip has been purged for long enough.

    The lookup is overwritten by the tip's own reference, which no receipt can lead to.
    """
    gone = session.scalars(
        select(Tip).where(text(PURGED), Tip.expires_on <= day).limit(BATCH)
    ).all()
    for tip in gone:
        tip.lookup = tip.reference.encode()
        # Without a day it is not found here again.
        history.expire_after(tip, None)
    session.flush()
    return len(gone)
