"""Grants a reward by two people, and puts the hash of its code on the paying office's list.

Who asks makes one half of the code, who agrees the other; each is sealed to the reporter in the
member's browser. The tip keeps that a reward was granted, never which: no row joins it to the list.
The caller commits.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...access.roles import Staff
from ...app_state import app_state
from ...db import today
from ...district.rewardable import is_of_a_kind
from ...district.rewards import RewardRule
from ...members.ending_requests import NotRead
from ...models import Decision, Member, RewardRequest, Tip
from ...rewards import book
from ...sealing.reward import key_of
from ...tip.events import Event, EventKind
from ...vault import history, readers
from ...vault.retention.told import is_over
from ..holds.services import NoOtherHead, Outdated, OwnRequest, heads_but
from ..services import ChangedMeanwhile, MoveNotAllowed, SealedMessage, write_to_reporter
from ..tip.tip_links import make_stale


@dataclass(frozen=True)
class FirstHalf:
    """What the browser of who asks made: its hash, and the half itself for the reporter alone."""

    hash: bytes
    sealed: bytes


def rule() -> RewardRule:
    """Return the district's rule. Raises `MoveNotAllowed` where it has none."""
    found = app_state().district.rewards
    if found is None:
        raise MoveNotAllowed("no rule")
    return found


def may_be_rewarded(session: Session, tip: Tip) -> bool:
    """Tell whether a reward can be asked for: there is a rule, it fits, and none was given."""
    # The case into which a duplicate was merged is the one; and who reads there is told there.
    if not is_of_a_kind(tip, app_state().district) or tip.merged_into_id is not None:
        return False
    if tip.expires_on and is_over(session, tip.expires_on, tip.merged_into_id, tip.status):
        return False
    return not was_given(session, tip.id)


def was_given(session: Session, tip_id: int) -> bool:
    """Tell whether a reward was granted for this tip, at whichever unit."""
    given = Decision.tip_id == tip_id, Decision.kind == EventKind.REWARD_GIVEN
    return bool(session.execute(select(exists().where(*given))).scalar_one())


def waiting(session: Session, tip: Tip) -> RewardRequest | None:
    """Find what waits for a second person; what was asked at another unit waits no more."""
    row = session.get(RewardRequest, tip.id)
    return row if row is not None and row.unit_id == tip.unit_id else None


def ask(session: Session, tip: Tip, sum_: int, half: FirstHalf, *, actor: Staff) -> None:
    """Ask for a reward; what waited before gives way.

    Raises `MoveNotAllowed`, ValueError for a sum that the rule does not name, `NotRead` and
    `NoOtherHead`.
    """
    if sum_ not in rule().sums:
        raise ValueError("no such sum")
    if not may_be_rewarded(session, tip):
        raise MoveNotAllowed("no reward")
    _expect_read(session, tip, actor)
    if not heads_but(session, tip.unit_id, actor.name):
        raise NoOtherHead
    row = RewardRequest(
        tip_id=tip.id,
        unit_id=tip.unit_id,
        sum=sum_,
        asked_by=actor.name,
        asked_on=today(),
        half_hash=half.hash,
        sealed_half=half.sealed,
    )
    session.merge(row)
    _record(session, tip, EventKind.REWARD_ASKED, actor)


def grant(
    session: Session,
    tip: Tip,
    *,
    first: bytes,
    second: bytes,
    letter: SealedMessage,
    actor: Staff,
) -> None:
    """Agree: send the reporter the letter, and put the code's hash on the list.

    `first` is the hash of the half that the second one, of which `second` is the hash, was joined
    to. The key is made of both here: no member alone can have another one listed. Raises
    `ChangedMeanwhile` where another request waits or none, `OwnRequest`, `NotRead`, `Outdated`,
    `MoveNotAllowed`, and what writing to the reporter raises. Changes nothing then.
    """
    row = _answered(session, tip, first, actor)
    _expect_read(session, tip, actor)
    if not may_be_rewarded(session, tip) or row.sum not in rule().sums or not _asker(session, row):
        raise Outdated
    write_to_reporter(session, tip, letter, ask=False, actor=actor)
    key = key_of(row.half_hash, second)
    book.enter(session, key, sum_=row.sum, until=rule().last_day(today()))
    session.delete(row)
    _record(session, tip, EventKind.REWARD_GIVEN, actor)


def refuse(session: Session, tip: Tip, *, first: bytes, actor: Staff) -> None:
    """Do not agree. Raises `ChangedMeanwhile` and `OwnRequest`."""
    session.delete(_answered(session, tip, first, actor))
    _record(session, tip, EventKind.REWARD_REFUSED, actor)


def _answered(session: Session, tip: Tip, first: bytes, actor: Staff) -> RewardRequest:
    row = waiting(session, tip)
    if row is None or row.half_hash != first:
        raise ChangedMeanwhile
    if row.asked_by == actor.name:
        raise OwnRequest
    return row


def _expect_read(session: Session, tip: Tip, actor: Staff) -> None:
    if not readers.has_read(session, tip, actor.member_id):
        raise NotRead


def _asker(session: Session, row: RewardRequest) -> bool:
    """Tell whether who asked still stands behind it: here, not shut out, without a part in it."""
    found = session.scalars(select(Member).filter_by(name=row.asked_by)).one_or_none()
    if found is None or found.suspended_on is not None or found.unit_id != row.unit_id:
        return False
    is_recused = readers.is_recused(session, row.tip_id, found.id)
    return is_allowed(Act.REWARD, found.roles) and not is_recused


def _record(session: Session, tip: Tip, kind: EventKind, actor: Staff) -> None:
    make_stale(tip)
    history.record(session, tip, Event(kind), by=actor.name)
