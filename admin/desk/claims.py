"""Claims that run out: who takes a tip on holds it for a while, and renews it by working on it.

A claim that ran out is nobody's. It shows as free at once; the hourly sweep then writes it down.
"""

from typing import Final

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..clock import seconds
from ..models import Tip
from ..tip.events import Event, EventKind
from ..tip.urgency import Urgency
from ..vault.events import SYSTEM, append_to_each

HOURS: Final = {Urgency.P0: 2}
"""For how long a claim holds, in hours; where lives are at stake a silent holder costs most."""
OTHER_HOURS: Final = 72
BATCH: Final = 500


def clock() -> int:
    """Tell the time in epoch seconds: a claim is an act of staff."""
    return seconds()


def hold_until(urgency: Urgency, now: int) -> int:
    """Tell when a claim made or renewed now runs out."""
    return now + HOURS.get(urgency, OTHER_HOURS) * 3600


def hand_to(session: Session, tip: Tip, member_id: int | None, until: int | None) -> None:
    """Write down who holds the tip, and until when."""
    tip.claimed_by_id, tip.claimed_until = member_id, until
    # What was read of the holder before is not true any more.
    session.expire(tip, ["claimed_by"])


def is_held(tip: Tip, now: int) -> bool:
    """Tell whether somebody holds the tip: a suspended member holds nothing."""
    if tip.claimed_by is None or tip.claimed_by.suspended_on is not None:
        return False
    return tip.claimed_until is None or tip.claimed_until > now


def is_holder(tip: Tip, actor: Staff, now: int) -> bool:
    return tip.claimed_by_id == actor.member_id and is_held(tip, now)


def keep_claim(tip: Tip, actor: Staff, now: int | None = None) -> None:
    """Renew the actor's claim, where they hold one: whoever works on a tip does not lose it."""
    now = clock() if now is None else now
    if is_holder(tip, actor, now):
        tip.claimed_until = hold_until(tip.urgency, now)


def free_run_out(session: Session, now: int | None = None) -> int:
    """Free the claims on open tips that ran out, up to `BATCH`, and log each; gives how many.

    Who held an ended tip stays known. The version stays: who is writing on such a tip loses nothing
    by it. Run by several nodes at once, each claim is freed and logged once.
    """
    now = clock() if now is None else now
    rows = session.execute(
        select(Tip.id, Tip.status)
        .where(Tip.claimed_until <= now, Tip.is_open == true())
        .order_by(Tip.claimed_until)
        .limit(BATCH)
        .with_for_update(of=Tip, skip_locked=True)
    ).all()
    if not rows:
        return 0
    freed = update(Tip).where(Tip.id.in_([row.id for row in rows]))
    session.execute(freed.values(claimed_by_id=None, claimed_until=None, version=Tip.version))
    standing = {row.id: row.status for row in rows}
    append_to_each(session, standing, Event(EventKind.RUN_OUT), by=SYSTEM)
    return len(rows)
