"""Deletes what has had its day: contents of tips, spent nonces, day keys.

A tip's files are let go here, with its words; file_sweep removes them afterwards.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, delete, select, text, update
from sqlalchemy.orm import Session

from ..db import SHANGHAI, changed_rows, today
from ..models import (
    EXPIRING,
    PURGED,
    DayKey,
    HandoverNote,
    LabelCopy,
    LaneRank,
    Message,
    Note,
    RewardRequest,
    SpentChallenge,
    SpentNonce,
    Tip,
    TipLabel,
    TipLink,
    TipOpening,
    TipReader,
)
from ..tip.status import TipStatus
from . import history
from .deadlines import clocks
from .files import uploads
from .key_change import kept, transfers
from .retention import deletions
from .retention.holding import is_free, is_unheld, was_held
from .retention.told import PURGED_DAYS

# A form's token is good for 24 hours; its nonce stays known for 7 days more, so that a late
# retry is still answered with the same receipt (design.md section 4). The form's own day counts:
# so many days' keys stand, and no more.
NONCE_DAYS = 8
BATCH = 200
"""Tips that one turn changes: writers wait for as long as it takes."""
EMPTY: Final = {
    "status": TipStatus.PURGED,
    "is_open": False,
    "talk_length": 0,
    "machine_unit": None,
    "lane_rank": LaneRank.PLAIN,
    "claimed_until": None,
    "due_on": None,
    "due_rule": None,
    "eased_from": None,
    # Whether it was of the machine lane stands in no row any more.
    "is_counted": True,
    "label": None,
    "sealed": None,
    "marks": None,
    "seen": None,
}
"""What stands in a tip's row once its words are deleted; the version besides is one more."""

HANGING: Final = (LabelCopy, Message, Note, RewardRequest, TipLabel, TipOpening, TipReader)
"""Rows that go with a tip's words: here, in a restore, and where a practice unit is cleared."""


def sweep(session: Session, day: date | None = None) -> dict[str, int]:
    """Delete what is due on `day` (today), `BATCH` tips and covers at most. The caller commits.

    Idempotent. Returns how many of each kind were deleted, for the operator.
    """
    day = day or today()
    oldest = oldest_form(day)
    spent = delete(SpentChallenge).where(SpentChallenge.day < day)
    handovers = delete(HandoverNote).where(
        HandoverNote.kind == "handover", HandoverNote.written_at < _oldest_handover(day)
    )
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


def is_behind(session: Session, day: date) -> bool:
    """Tell whether words are still there whose day had come by `day`."""
    query = select(Tip.id).where(Tip.expires_on <= day, text(EXPIRING), is_free(day))
    return session.execute(query.limit(1)).first() is not None


def _purge(session: Session, day: date) -> int:
    """Delete the words of tips whose day has come; the cover stays, so that counts survive.

    All at once, not one by one: a whole lane may be due on one day, and writers wait meanwhile.
    """
    due = session.execute(
        select(Tip.id, Tip.status, Tip.lookup, Tip.machine_unit)
        .where(Tip.expires_on <= day, text(EXPIRING), is_free(day))
        .limit(BATCH)
        # Who acts on one of them at this moment comes before us, or is told that it has changed.
        .with_for_update(of=Tip)
    ).all()
    old = {row.id: row.status for row in due}
    if old:
        let_go(session, old, _told_from(day))
        # The lane's own day stands in every backup that holds such a tip.
        deletions.note_deleted(session, [row.lookup for row in due if row.machine_unit is None])
    return len(old)


def let_go(session: Session, old: Mapping[int, TipStatus], told_from: Any) -> None:
    """Delete the words of tips, given by id with where they stand, and all that hangs on them.

    `told_from` is the day from which their receipts are told so. The caller writes the journal.
    """
    for table in HANGING:
        session.execute(delete(table).where(table.tip_id.in_(old)))
    session.execute(delete(TipLink).where(TipLink.one_id.in_(old) | TipLink.other_id.in_(old)))
    more = {"version": Tip.version + 1, "expires_on": told_from}
    session.execute(update(Tip).where(Tip.id.in_(old)).values(EMPTY | more))
    history.record_purged(session, old)
    uploads.release(session, old)
    kept.forget(session, old)
    transfers.forget(session, old)


def _told_from(day: date) -> ColumnElement[date]:
    """Let the receipt of what its open case kept past its day be known for its whole time.

    But not where a hold kept it: then its holder was told on the day itself, and the receipt may be
    unknown by now. See `told`.
    """
    is_late = and_(Tip.merged_into_id.is_not(None), ~was_held())
    return case((is_late, day), else_=Tip.expires_on)


def _forget(session: Session, day: date) -> int:
    """Let a receipt become unknown once its tip has been purged for long enough.

    The lookup is overwritten by the tip's own reference, which no receipt can lead to.
    """
    gone = session.scalars(
        # For as long after a hold as after any other day: what is restored or sent again meanwhile
        # meets its own lookup.
        select(Tip).where(text(PURGED), Tip.expires_on <= day, is_unheld(day)).limit(BATCH)
    ).all()
    for tip in gone:
        tip.lookup = tip.reference.encode()
        # Without a day it is not found here again.
        history.expire_after(tip, None)
    session.flush()
    return len(gone)
