"""What staff do with a tip. No Flask: a session and objects come in, and the caller commits.

Whatever they do with a tip of the lane 疑似机器发送 takes it out of there.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..district.data import Outcome
from ..members.countersign import LEAST_DAYS, NeedsSecond
from ..models import Decision, Direction, Message, Tip
from ..tip.events import Event, EventKind
from ..tip.status import TipStatus, may_move
from ..tip.urgency import Urgency
from ..vault import history
from ..vault.lane import leave_lane
from ..vault.outside import referrals
from ..vault.retention.told import is_over
from ..vault.store import add_message
from .claims import clock, hand_to, hold_until, is_held, is_holder, keep_claim
from .endings import URGENT, grounds_of, needs_second
from .tip.tip_links import part


class MoveNotAllowed(Exception):
    """The tip can't go there from where it stands."""


class KeptOnly(MoveNotAllowed):
    """The reporter was told that the tip is deleted: it is kept by a hold, and not worked on."""


class StillOut(MoveNotAllowed):
    """A package for an organ outside is not settled: what becomes of the tip is not known yet."""


class WrongReason(Exception):
    """The reason belongs to another status than the one chosen."""


class ChangedMeanwhile(Exception):
    """Somebody changed the tip since this member's page was made."""


class ClaimedByOther(Exception):
    """A colleague holds the tip."""


@dataclass(frozen=True)
class SealedMessage:
    """Words to the reporter, sealed in the member's browser."""

    number: int
    digest: str
    sealed: bytes


def expect_version(tip: Tip, version: int) -> None:
    """Raise `ChangedMeanwhile` unless the tip is still as the member saw it."""
    if tip.version != version:
        raise ChangedMeanwhile


def days_kept(tip: Tip, outcome: Outcome) -> int | None:
    """Count the days for which the words stay after this decision; None where it says nothing."""
    days = outcome.purge_days
    if days is None or not needs_second(tip, outcome):
        return days
    return max(days, LEAST_DAYS)


def check_move(tip: Tip, new: TipStatus, outcome: Outcome) -> None:
    """Raise `MoveNotAllowed` or `WrongReason` where a decision does not fit the tip."""
    if not may_move(tip.status, new):
        raise MoveNotAllowed(f"{tip.status} to {new}")
    if outcome.status != new:
        raise WrongReason(f"{outcome.id} for {new}")


def decide(
    session: Session,
    tip: Tip,
    *,
    new: TipStatus,
    outcome: Outcome,
    actor: Staff,
    seconded: bool = False,
) -> Decision:
    """Move `tip` to `new` for the reason that `outcome` names, and log it.

    The outcome also says after how many days the words are deleted; a tip that is taken up
    (again) has no outcome and no such day. Changes nothing when it raises `MoveNotAllowed`,
    `WrongReason` or, unless a second person agreed (`seconded`), `NeedsSecond`.
    """
    check_move(tip, new, outcome)
    _refuse_kept(session, tip)
    refuse_out(session, tip)
    if not seconded and grounds_of(session, tip, outcome):
        raise NeedsSecond

    if new is TipStatus.ACCEPTED:
        part(session, tip, actor=actor)
    leave_lane(tip)
    keep_claim(tip, actor)
    tip.outcome = None if new is TipStatus.ACCEPTED else outcome.id
    history.expire_after(tip, days_kept(tip, outcome))
    event = Event(EventKind.DECIDED, reason=outcome.id)
    return history.record(session, tip, event, new=new, by=actor.name)


def refuse_out(session: Session, tip: Tip) -> None:
    """Raise `StillOut` while a package of the tip is made or out: its words would get a last day.

    What an organ never answers is settled as that.
    """
    if referrals.is_open(session, tip.id):
        raise StillOut


def _refuse_kept(session: Session, tip: Tip) -> None:
    """Raise `KeptOnly` for what its reporter was told to be deleted.

    Taken up again, it would come back to life in the mailbox, and tell whoever holds the receipt
    that there is a case.
    """
    if tip.machine_unit is not None or tip.expires_on is None:
        return
    if is_over(session, tip.expires_on, tip.merged_into_id, tip.status):
        raise KeptOnly


def claim(session: Session, tip: Tip, *, actor: Staff, now: int | None = None) -> None:
    """Take the tip on, for a while; for who holds it already, the claim is renewed.

    A claim that ran out is nobody's, and a suspended member holds nothing. Raises `MoveNotAllowed`
    for a tip that is not open, `ClaimedByOther` where a colleague was first.
    """
    now = clock() if now is None else now
    if is_holder(tip, actor, now):
        return keep_claim(tip, actor, now)
    if not tip.is_open:
        raise MoveNotAllowed("not open")
    if tip.claimed_by is not None and is_held(tip, now):
        raise ClaimedByOther(tip.claimed_by.name)

    leave_lane(tip)
    hand_to(session, tip, actor.member_id, hold_until(tip.urgency, now))
    history.record(session, tip, Event(EventKind.CLAIMED), by=actor.name)
    return None


def release(session: Session, tip: Tip, *, actor: Staff) -> None:
    """Give the tip back. Raises `ClaimedByOther` unless the actor holds it."""
    if tip.claimed_by_id != actor.member_id:
        raise ClaimedByOther
    hand_to(session, tip, None, None)
    history.record(session, tip, Event(EventKind.RELEASED), by=actor.name)


def set_urgency(session: Session, tip: Tip, *, urgency: Urgency, actor: Staff) -> None:
    """Grade the tip anew. A no-op where it has that grade; the log names the new grade."""
    if tip.urgency is urgency and tip.machine_unit is None:
        return
    if not tip.is_open:
        raise MoveNotAllowed("not open")
    leave_lane(tip)
    if tip.urgency in URGENT and urgency not in URGENT:
        tip.eased_from = min(tip.urgency, tip.eased_from or tip.urgency)
    tip.urgency = urgency
    keep_claim(tip, actor)
    history.record(session, tip, Event(EventKind.REGRADED, urgency=urgency), by=actor.name)


def write_to_reporter(
    session: Session, tip: Tip, message: SealedMessage, *, ask: bool, actor: Staff
) -> Message:
    """Add the staff's words to the talk; a question makes the tip wait for the reporter.

    Raises `MoveNotAllowed` for a question about a tip that is not open and for any words once the
    content was deleted, and `NumberTaken` when another message came first.
    """
    if tip.status is TipStatus.PURGED or (ask and not tip.is_open):
        raise MoveNotAllowed("not open")
    _refuse_kept(session, tip)
    leave_lane(tip)
    keep_claim(tip, actor)
    added = add_message(
        session,
        tip,
        number=message.number,
        direction=Direction.STAFF,
        digest=message.digest,
        sealed=message.sealed,
    )
    history.record(
        session,
        tip,
        Event(EventKind.ASKED if ask else EventKind.ANSWERED),
        new=TipStatus.QUESTION if ask else None,
        by=actor.name,
    )
    return added
