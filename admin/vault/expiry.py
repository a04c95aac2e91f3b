"""Deletes what has had its day: contents of tips, spent nonces, day keys."""

from datetime import date, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..db import today
from ..models import DayKey, Message, SpentNonce, Tip, TipStatus
from . import history

# A form's token is good for 24 hours; its nonce stays known for 7 days more, so that a late
# retry is still answered with the same receipt (design.md section 4).
NONCE_DAYS = 8
PURGED_DAYS = 180
"""Days for which the mailbox still says 内容已删除; afterwards the receipt is unknown."""


def sweep(session: Session, day: date | None = None) -> dict[str, int]:
    """Delete all that is due on `day` (today). Idempotent. The caller commits.

    Returns how many of each kind were deleted, for the operator.
    """
    day = day or today()
    oldest = day - timedelta(days=NONCE_DAYS)
    return {
        "tips": _purge(session, day),
        "covers": _forget(session, day - timedelta(days=PURGED_DAYS)),
        "nonces": _count(session.execute(delete(SpentNonce).where(SpentNonce.day < oldest))),
        "day_keys": _count(session.execute(delete(DayKey).where(DayKey.day < oldest))),
    }


def _purge(session: Session, day: date) -> int:
    """Delete the words of tips whose day has come; the cover stays, so that counts survive."""
    due = session.scalars(
        select(Tip).where(Tip.expires_on <= day, Tip.status != TipStatus.PURGED)
    ).all()
    for tip in due:
        session.execute(delete(Message).where(Message.tip_id == tip.id))
        session.execute(update(Tip).where(Tip.id == tip.id).values(label=None, sealed=None))
        session.refresh(tip, ["label"])
        tip.talk_length = 0
        tip.machine_unit = None
        history.record(
            session, tip, new=TipStatus.PURGED, reason=history.Reason.EXPIRED, by="dengshao"
        )
    return len(due)


def _forget(session: Session, day: date) -> int:
    """Let a receipt become unknown once its tip has been purged for long enough.

    The lookup is overwritten by the tip's own reference, which no receipt can lead to.
    """
    gone = session.scalars(
        select(Tip).where(Tip.status == TipStatus.PURGED, Tip.expires_on <= day)
    ).all()
    for tip in gone:
        tip.lookup = tip.reference.encode()
        # Without a day it is not found here again.
        history.expire_after(tip, None)
    session.flush()
    return len(gone)


def _count(result: object) -> int:
    return int(getattr(result, "rowcount", 0))
