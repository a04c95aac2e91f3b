"""Keeps a tip's words past their day, and lets them go again: each step takes two people.

One member who judges tips asks, another answers who is head of the unit at which the tip lies. A
hold lies on the tip and goes along with it; the heads of its new unit answer from then on.
Codes of holds.yml alone; what is to be said in words lies in a sealed note. The caller commits.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...access.roles import Staff
from ...app_state import app_state
from ...db import today
from ...models import HoldKind, HoldStep, Member, Tip
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.lane import leave_lane
from ...vault.retention import deletions
from ...vault.retention.holding import is_running
from ..services import ChangedMeanwhile, MoveNotAllowed
from ..tip.tip_links import make_stale

_DONE = {
    HoldKind.SET: EventKind.HOLD_SET,
    HoldKind.RENEW: EventKind.HOLD_RENEWED,
    HoldKind.RELEASE: EventKind.HOLD_RELEASED,
}


class NoOtherHead(Exception):
    """Nobody but who asks could grant it: another member must ask."""


class OwnRequest(Exception):
    """Who asked is not the second person."""


class Outdated(Exception):
    """What was asked for does not fit any more: it must be asked for anew, or refused."""


@dataclass(frozen=True)
class Wish:
    """Why a tip is to be held, at whose request, and until when."""

    reason: str
    authority: str
    until: date


def last_day() -> date:
    """Tell the last day that a hold may be asked for today."""
    return today() + timedelta(days=app_state().district.holds.longest_days)


def first_day(tip: Tip) -> date:
    """Tell the first day that may be asked for: tomorrow, or the last one of the hold that runs."""
    tomorrow = today() + timedelta(days=1)
    return max(tomorrow, tip.held_until) if tip.held_until else tomorrow


def ask_to_hold(session: Session, tip: Tip, wish: Wish, *, actor: Staff) -> HoldStep:
    """Ask to hold a tip, or for a hold that runs to be given a new last day.

    Raises `MoveNotAllowed` once the words are gone, ValueError for a day that no hold may have, and
    `NoOtherHead`. What was asked for before and not answered gives way. A hold is made shorter by a
    release alone, which leaves days of warning.
    """
    if not first_day(tip) <= wish.until <= last_day():
        raise ValueError("no such day")
    kind = HoldKind.RENEW if is_running(tip.held_until) else HoldKind.SET
    step = _ask(session, tip, kind, actor)
    step.reason, step.authority, step.until = wish.reason, wish.authority, wish.until
    return _record_asked(session, tip, step, actor)


def ask_to_release(session: Session, tip: Tip, *, actor: Staff) -> HoldStep:
    """Ask to end a hold before its day. Raises `MoveNotAllowed` where none runs, `NoOtherHead`."""
    running = current(session, tip)
    if running is None:
        raise MoveNotAllowed("not held")
    step = _ask(session, tip, HoldKind.RELEASE, actor)
    step.reason, step.authority, step.until = running.reason, running.authority, None
    return _record_asked(session, tip, step, actor)


def _ask(session: Session, tip: Tip, kind: HoldKind, actor: Staff) -> HoldStep:
    """Find or make the one open request of a tip, in the name of who asks now.

    It keeps its first day: one person alone must not keep words by asking again and again. But not
    that of a request for the contrary, which kept none.
    """
    if tip.status is TipStatus.PURGED or _leaves_lane_today(tip):
        raise MoveNotAllowed("purged")
    if not heads_but(session, tip.unit_id, actor.name):
        raise NoOtherHead
    leave_lane(tip)
    step = waiting(session, tip.id) or HoldStep(tip_id=tip.id, asked_on=today())
    last = select(func.max(HoldStep.number)).where(HoldStep.tip_id == tip.id)
    # A new number each time: an answer to what was asked before must not meet what is asked now.
    step.number = (session.execute(last).scalar() or 0) + 1
    if step.kind is HoldKind.RELEASE and kind is not HoldKind.RELEASE:
        step.asked_on = today()
    step.kind, step.asked_by = kind, actor.name
    return step


def _leaves_lane_today(tip: Tip) -> bool:
    """Tell whether a tip of the lane is deleted already but for the sweep; its reporter knows."""
    return tip.machine_unit is not None and tip.expires_on is not None and tip.expires_on <= today()


def _record_asked(session: Session, tip: Tip, step: HoldStep, actor: Staff) -> HoldStep:
    session.add(step)
    is_release = step.kind is HoldKind.RELEASE
    kind = EventKind.RELEASE_ASKED if is_release else EventKind.HOLD_ASKED
    _record(session, tip, kind, step, actor)
    return step


def heads_but(session: Session, unit_id: str, name: str) -> list[str]:
    """Name the heads of a unit besides one, who can answer what that one asks."""
    query = select(Member).where(Member.unit_id == unit_id, Member.suspended_on.is_(None))
    return [
        member.name
        for member in session.scalars(query.order_by(Member.name))
        if member.name != name and is_allowed(Act.GRANT_HOLD, member.roles)
    ]


def answer(session: Session, tip: Tip, number: int, *, is_granted: bool, actor: Staff) -> None:
    """Grant or refuse the request of this number, as a second person.

    Raises `ChangedMeanwhile` where another request waits or none, `OwnRequest`, and `Outdated`
    where what is granted does not fit any more. Changes nothing then.
    """
    step = waiting(session, tip.id)
    if step is None or step.number != number:
        raise ChangedMeanwhile
    if step.asked_by == actor.name:
        raise OwnRequest
    until = _granted_day(session, tip, step) if is_granted else None
    step.settled_by, step.settled_on, step.is_granted = actor.name, today(), is_granted
    if until is not None:
        step.until = tip.held_until = until
        deletions.note_held(session, tip.lookup, until)
    _record(session, tip, _DONE[step.kind] if is_granted else EventKind.HOLD_REFUSED, step, actor)


def _granted_day(session: Session, tip: Tip, step: HoldStep) -> date:
    """Tell the hold's last day once this is granted. Raises `Outdated`.

    A hold that is released ends after the days of warning, not at once: the words might go in the
    same night, and nobody could take it back.
    """
    asker = session.scalars(select(Member).filter_by(name=step.asked_by)).one_or_none()
    if asker is None or asker.suspended_on is not None or tip.status is TipStatus.PURGED:
        raise Outdated
    if step.kind is not HoldKind.RELEASE:
        if step.until is None or step.until < today():
            raise Outdated
        return max(step.until, tip.held_until or step.until)
    if tip.held_until is None or not is_running(tip.held_until):
        raise Outdated
    notice = app_state().district.clocks.retention.notice_days
    return min(tip.held_until, today() + timedelta(days=notice))


def _record(session: Session, tip: Tip, kind: EventKind, step: HoldStep, actor: Staff) -> None:
    """Log a step, and make older pages of the tip stale: what they show waits no more, or anew."""
    make_stale(tip)
    history.record(session, tip, Event(kind, reason=step.reason), by=actor.name)


def waiting(session: Session, tip_id: int) -> HoldStep | None:
    """Find the request of a tip that waits for its second person."""
    open_one = HoldStep.tip_id == tip_id, HoldStep.settled_on.is_(None)
    return session.scalars(select(HoldStep).where(*open_one)).one_or_none()


def current(session: Session, tip: Tip) -> HoldStep | None:
    """Find the step by which a tip is held today; the last one that was granted."""
    if not is_running(tip.held_until):
        return None
    return last_granted(session, tip.id)


def last_granted(session: Session, tip_id: int) -> HoldStep | None:
    """Find the last step of a tip that was granted."""
    granted = HoldStep.tip_id == tip_id, HoldStep.is_granted.is_(True)
    query = select(HoldStep).where(*granted).order_by(HoldStep.number.desc()).limit(1)
    return session.scalars(query).one_or_none()
