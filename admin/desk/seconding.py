"""Ends of tips that take two people: asked for here, carried out when agreed.

And ends that one person decided, of which a sample is looked over by another.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import Staff
from ..app_state import app_state
from ..district.data import Outcome
from ..members import countersign, ending_requests, suspension
from ..members.countersign import Kind
from ..members.ending_requests import Asking
from ..members.grounds import Ground, Result
from ..models import Countersign, Member, Tip
from ..tip.status import TipStatus
from ..vault import readers
from ..vault.key_change import transfers
from .endings import grounds_of, is_end
from .services import (
    ChangedMeanwhile,
    MoveNotAllowed,
    WrongReason,
    check_move,
    decide,
    expect_version,
    refuse_out,
)
from .tip.links import DUPLICATE, HasDuplicates, SameTip, check_merge, merge
from .tip.notes import SealedNote, attach_note
from .tip.tip_links import lock_tips

REOPENED = "reopened"
"""The outcome of outcomes.yml under which a tip is taken up again."""


class Lapsed(Exception):
    """The matter changed since it was asked for: who asked must look again."""


class NoReason(Exception):
    """Who asks for the end of a tip says why, in a note that is sealed to the unit."""


@dataclass(frozen=True)
class EndReason:
    """What a member's browser says beside a decision that may take two."""

    note: SealedNote | None = None
    """Why, sealed to the unit."""
    is_minor: bool = False
    """The opened words tell of a minor who suffers."""
    is_mass: bool = False
    """It is one of many that are asked for at once."""


@dataclass(frozen=True)
class Waiting:
    """An end of a tip that waits for its second person, as the tip's page tells it."""

    id: int
    outcome: str
    by: str
    unit: str
    is_stale: bool
    """More happened since: it must be asked for anew."""
    note: int | None
    is_own: bool
    """A colleague of this unit agrees, who has read the tip."""
    is_review: bool
    """The tip has ended already; a colleague looks that over."""
    may_answer: bool
    """Who looks at the page can be the second person."""


def decide_or_ask(
    session: Session, tip: Tip, *, new: TipStatus, outcome: Outcome, actor: Staff, reason: EndReason
) -> None:
    """Decide, or ask for the second person where one alone must not. The caller commits.

    Raises what `decide` raises, `countersign.NobodyToAsk` and `NoReason`; and `transfers.NotTaken`.
    """
    grounds = _grounds(session, tip, outcome, reason)
    if not grounds:
        decide(session, tip, new=new, outcome=outcome, actor=actor)
        _draw(session, tip, outcome.id, actor)
        return
    check_move(tip, new, outcome)
    refuse_out(session, tip)
    _ask(session, tip, Asking(outcome.id, grounds), actor=actor, reason=reason)


def merge_or_ask(session: Session, tip: Tip, into: Tip, *, actor: Staff, reason: EndReason) -> None:
    """Merge a duplicate, or ask for the second person: it ends the tip. The caller commits.

    The caller holds both tips. Raises what `merge` raises, `countersign.NobodyToAsk`, `NoReason`.
    """
    grounds = _grounds(session, tip, app_state().district.outcomes[DUPLICATE], reason)
    if not grounds:
        merge(session, tip, into, actor=actor)
        _draw(session, tip, DUPLICATE, actor)
        return
    check_merge(session, tip, into)
    _ask(session, tip, Asking(DUPLICATE, grounds, other_id=into.id), actor=actor, reason=reason)


def _grounds(session: Session, tip: Tip, outcome: Outcome, reason: EndReason) -> tuple[Ground, ...]:
    found = grounds_of(session, tip, outcome)
    if not is_end(outcome):
        return found
    more = {Ground.MINOR: reason.is_minor, Ground.MASS: reason.is_mass}
    return (*found, *(ground for ground, holds in more.items() if holds))


def _ask(session: Session, tip: Tip, asking: Asking, *, actor: Staff, reason: EndReason) -> None:
    """Write down that, and why, an end is asked for; the reason is sealed."""
    transfers.expect_taken(session, tip.id)
    # Who could ask nobody is not first made to write down why.
    ending_requests.second_unit(session, app_state().district, tip, asking.grounds, by=actor)
    if reason.note is None:
        raise NoReason
    lock_tips(session, [tip.id])
    note = attach_note(session, tip, reason.note, actor=actor)
    # What the note did to the row stands before the request remembers how it stood.
    session.flush()
    asking = replace(asking, note=note.number)
    ending_requests.ask_to_close(session, app_state().district, tip, asking, by=actor)


def _draw(session: Session, tip: Tip, outcome: str, actor: Staff) -> None:
    """Draw an end for a colleague to look over, one in so many, by chance alone."""
    district = app_state().district
    if tip.is_open or district.units[tip.unit_id].practice:
        return
    if is_drawn(district.reviews.sample_percent):
        ending_requests.draw_review(session, tip, outcome=outcome, by=actor)


def is_drawn(percent: int) -> bool:
    """Draw by chance that nobody can foresee."""
    return secrets.randbelow(100) < percent


def waiting_of(session: Session, tip: Tip, staff: Staff) -> Waiting | None:
    """Read what waits for a second person at this tip."""
    district = app_state().district
    row = countersign.open_of_tip(session, tip.id)
    if row is None or (row.kind == Kind.REVIEW and tip.is_open):
        return None
    unit_id = row.second_unit_id or district.ways.closer(tip.unit_id)
    if unit_id is None:
        return None
    mine = {one.id for one in countersign.open_for(session, district, staff)}
    return Waiting(
        id=row.id,
        outcome=district.outcomes[row.why].zh if row.why in district.outcomes else row.why,
        by=row.asked_by,
        unit=district.units[unit_id].zh,
        is_stale=row.version != tip.version,
        note=row.note,
        is_own=unit_id == tip.unit_id,
        is_review=row.kind == Kind.REVIEW,
        may_answer=row.id in mine,
    )


def refused_of(session: Session, tip: Tip) -> Countersign | None:
    """Read an end to which somebody did not agree, while nothing more happened to the tip."""
    query = select(Countersign).where(
        Countersign.tip_id == tip.id,
        Countersign.result == Result.REFUSED,
        Countersign.version == tip.version,
    )
    return session.scalars(query.limit(1)).first() if tip.is_open else None


def agree(session: Session, row: Countersign, *, by: Staff) -> None:
    """Do what was asked for, in the name of who asked. The caller commits.

    Raises `NotRead` where the second person has not read the tip, and `Lapsed` where
    it does not fit any more; the request is then to be refused.
    """
    tip = session.get(Tip, row.tip_id) if row.tip_id is not None else None
    if tip is not None:
        ending_requests.check_read(session, row, tip, by=by)
    if tip is not None and row.kind == Kind.REVIEW:
        _check_ended(tip, row)
        countersign.settle(session, row, is_granted=True, by=by, result=Result.AGREED)
        return
    countersign.settle(session, row, is_granted=True, by=by)
    if tip is None:
        _suspend(session, row)
    else:
        _close(session, row, tip)


def disagree(session: Session, row: Countersign, *, by: Staff, reopens: bool) -> None:
    """Write down that the second person does not agree, and take a tip up again if they want to.

    The caller commits. Raises `NotRead` and `Lapsed` as `agree` does: to look an end
    over is to read the tip. To refuse an end that was only asked for needs no reading.
    """
    if row.kind != Kind.REVIEW:
        countersign.settle(session, row, is_granted=False, by=by)
        return
    tip = session.get_one(Tip, row.tip_id)
    ending_requests.check_read(session, row, tip, by=by)
    _check_ended(tip, row)
    result = Result.REOPENED if reopens else Result.RECORDED
    countersign.settle(session, row, is_granted=False, by=by, result=result)
    if reopens:
        outcome = app_state().district.outcomes[REOPENED]
        decide(session, tip, new=TipStatus.ACCEPTED, outcome=outcome, actor=by)


def _check_ended(tip: Tip, row: Countersign) -> None:
    """Raise `Lapsed` where the end that was drawn is not the tip's last any more."""
    if tip.is_open or tip.status is TipStatus.PURGED or tip.outcome != row.why:
        raise Lapsed


def _suspend(session: Session, row: Countersign) -> None:
    member = session.get_one(Member, row.member_id)
    try:
        suspension.suspend(session, member, by=row.asked_by, seconded=True)
    except (suspension.AlreadySuspended, suspension.OwnAccount, suspension.LastAdministrator):
        raise Lapsed from None


def _close(session: Session, row: Countersign, tip: Tip) -> None:
    asker = _asker(session, row)
    end = _end_of(session, row, tip)
    if asker is None or end is None:
        raise Lapsed
    try:
        expect_version(tip, row.version or 0)
        end(asker)
    except (ChangedMeanwhile, MoveNotAllowed, WrongReason, HasDuplicates, SameTip):
        raise Lapsed from None


def _end_of(session: Session, row: Countersign, tip: Tip) -> Callable[[Staff], object] | None:
    """Return what ends the tip as it was asked for; None where that is gone."""
    outcome = app_state().district.outcomes.get(row.why)
    if outcome is None:
        return None
    if row.other_id is None:
        new = TipStatus(outcome.status)
        return lambda asker: decide(
            session, tip, new=new, outcome=outcome, actor=asker, seconded=True
        )
    into = lock_tips(session, {tip.id, row.other_id})[row.other_id]
    if into.merged_into_id is not None or into.unit_id != tip.unit_id:
        return None
    return lambda asker: merge(session, tip, into, actor=asker)


def _asker(session: Session, row: Countersign) -> Staff | None:
    """Find who asked, unless they were shut out or can't decide it since: nobody stands behind it.

    So it is of who found a part of their own in the tip.
    """
    found = session.query(Member).filter_by(name=row.asked_by).one_or_none()
    if found is None or found.suspended_on is not None or not is_allowed(Act.DECIDE, found.roles):
        return None
    if row.tip_id is not None and readers.is_recused(session, row.tip_id, found.id):
        return None
    return Staff(found.id, found.name, found.unit_id, tuple(found.roles))
