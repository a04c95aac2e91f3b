"""Changes of where a tip stands, and a row for each."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..audit.log import record_at_commit
from ..db import today
from ..models import Decision, Tip
from ..tip.events import Event, EventKind
from ..tip.status import OPEN_STATUSES, TipStatus
from ..tip.urgency import Urgency
from .calls import raise_urgency
from .counting.steps import count_step
from .deadlines import clocks
from .events import REPORTER, SYSTEM, append, append_to_each, line
from .key_change import transfers
from .lane import lane_days, rise_in_lane


def record(
    session: Session, tip: Tip, event: Event, *, new: TipStatus | None = None, by: str
) -> Decision:
    """Log an event and who did it, and move `tip` to `new`; without one it stays where it stands.

    Its next deadline follows, and where it ends, the day on which its words go. Raises
    `transfers.NotTaken` for an act of staff on a tip that waits to be taken over.
    """
    _hold(session, tip.id)
    if by not in (REPORTER, SYSTEM):
        transfers.expect_taken(session, tip.id, event.kind)
    past = clocks.read_past(session, tip.id)
    row = line(tip.id, past.number + 1, event, old=TipStatus(tip.status), new=new, by=by)
    decision = Decision(tip=tip, **row)
    was_open = tip.is_open
    tip.status = decision.new
    tip.is_open = tip.status in OPEN_STATUSES
    if not tip.is_open and tip.expires_on is None:
        expire_after(tip, clocks.clocks().retention.ended_days)
    _stop_claim(tip, was_open=was_open)
    now = past.followed_by(decision)
    _count(session, tip, now)
    clocks.mark(session, tip, now)
    session.add(decision)
    session.flush()
    if by not in (REPORTER, SYSTEM):
        _audit(session, tip, decision)
    return decision


def note(session: Session, tip: Tip, event: Event, *, by: str) -> None:
    """Log what a member did beside the tip's course: where it stands and its version stay.

    The next deadline follows. The caller has locked the tip, and tells the audit log itself.
    """
    past = clocks.read_past(session, tip.id)
    row = line(tip.id, past.number + 1, event, old=TipStatus(tip.status), by=by)
    append(session, [row])
    _count(session, tip, past.followed_by(Decision(**row)))
    clocks.mark_many(session, [tip])


def _count(session: Session, tip: Tip, past: clocks.Past) -> None:
    facts = clocks.facts_of(tip, past, app_state().district)
    count_step(session, tip.id, tip.unit_id, facts)


def _hold(session: Session, tip_id: int) -> None:
    """Keep a note or a label that is being written from taking the same number; it locks the tip.

    SQLite has one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(Tip.id).where(Tip.id == tip_id).with_for_update())


def _stop_claim(tip: Tip, *, was_open: bool) -> None:
    """Keep who held a tip that ends, without an hour: no claim runs on it any more.

    One that opens again is nobody's, unless its holder took it up themselves: that claim ran out.
    It gets no hour of now, which may be the hour of a reporter.
    """
    if not tip.is_open:
        tip.claimed_until = None
    elif not was_open and tip.claimed_by_id is not None and tip.claimed_until is None:
        tip.claimed_until = 0


def _audit(session: Session, tip: Tip, decision: Decision) -> None:
    """Write an act of staff down in the audit log too, to the second; a reporter's never is."""
    record_at_commit(
        session,
        "acted",
        by=decision.by,
        unit_id=tip.unit_id,
        reference=tip.reference,
        detail=f"{decision.event.code} {decision.new}",
    )


def record_purged(session: Session, old: Mapping[int, TipStatus]) -> None:
    """Log for many tips, given by id with where they stood, that their contents were deleted."""
    append_to_each(session, old, Event(EventKind.EXPIRED), new=TipStatus.PURGED, by=SYSTEM)


def expire_after(tip: Tip, days: int | None) -> None:
    """Set the day on which the tip's content is deleted; None keeps it."""
    tip.expires_on = None if days is None else today() + timedelta(days=days)


def heard_from_reporter(session: Session, tip: Tip, kind: EventKind) -> Decision:
    """Log that the reporter wrote. An ended tip opens again, as received.

    Otherwise the words would lie where no queue shows them, and be deleted unread with the rest.
    """
    if tip.is_open:
        return record(session, tip, Event(kind), by=REPORTER)
    # What was merged into another tip stands on its own again: its new words need an answer.
    tip.outcome = tip.merged_into_id = None
    expire_after(tip, None)
    return record(session, tip, Event(kind), new=TipStatus.RECEIVED, by=REPORTER)


MOST_CALLS: Final = 5
"""Calls of one day that the history keeps: the mark stands after the first."""


def _calls_today(session: Session, tip: Tip) -> int:
    calls = (Decision.tip_id == tip.id, Decision.kind == EventKind.DANGER)
    query = select(func.count()).where(*calls, Decision.decided_on == today())
    return session.execute(query).scalar_one()


def mark_danger(session: Session, tip: Tip) -> None:
    """Put the tip on top because its reporter is in danger; an ended tip opens again.

    One in the lane rises there, and stays in it for as long as a new one does from now on. One that
    nobody vouches for is led there where as many as may wait already: `calls.raise_urgency`.
    """
    if tip.is_open and tip.danger_on == today() and _calls_today(session, tip) >= MOST_CALLS:
        return
    if tip.machine_unit is not None and tip.danger_on is None:
        rise_in_lane(tip)
        stay = today() + timedelta(days=lane_days(tip.unit_id))
        tip.expires_on = max(tip.expires_on or stay, stay)
    raise_urgency(session, tip, Urgency.P0)
    tip.danger_on = today()
    heard_from_reporter(session, tip, EventKind.DANGER)
