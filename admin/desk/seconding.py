"""Ends of tips about officials that take two people: asked for here, carried out when agreed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..app_state import app_state
from ..district.data import Outcome
from ..members import countersign, suspension
from ..members.countersign import Kind
from ..models import Countersign, Member, Tip
from ..tip.status import TipStatus
from .services import (
    ChangedMeanwhile,
    MoveNotAllowed,
    WrongReason,
    check_move,
    decide,
    expect_version,
    needs_second,
)


class Lapsed(Exception):
    """The matter changed since it was asked for: who asked must look again."""


@dataclass(frozen=True)
class Waiting:
    """An end of a tip that waits for its second person, as the tip's page tells it."""

    outcome: str
    by: str
    unit: str
    is_stale: bool
    """More happened since: it must be asked for anew."""


def decide_or_ask(
    session: Session, tip: Tip, *, new: TipStatus, outcome: Outcome, actor: Staff
) -> None:
    """Decide, or ask for the second person where one alone must not. The caller commits.

    Raises what `decide` raises, and `countersign.NobodyToAsk`.
    """
    if not needs_second(tip, outcome):
        decide(session, tip, new=new, outcome=outcome, actor=actor)
        return
    check_move(tip, new, outcome)
    countersign.ask_to_close(session, app_state().district, tip, outcome=outcome.id, by=actor)


def waiting_of(session: Session, tip: Tip) -> Waiting | None:
    """Read what waits for a second person at this tip."""
    district = app_state().district
    unit_id = district.ways.closer(tip.unit_id)
    row = countersign.open_of_tip(session, tip.id) if unit_id else None
    if row is None or unit_id is None:
        return None
    return Waiting(
        outcome=district.outcomes[row.why].zh,
        by=row.asked_by,
        unit=district.units[unit_id].zh,
        is_stale=row.version != tip.version,
    )


def agree(session: Session, row: Countersign, *, by: Staff) -> None:
    """Do what was asked for, in the name of who asked. The caller commits.

    Raises `Lapsed` where it does not fit any more; the request is then to be refused.
    """
    countersign.settle(session, row, is_granted=True, by=by)
    if row.kind == Kind.SUSPEND:
        _suspend(session, row)
    else:
        _close(session, row)


def _suspend(session: Session, row: Countersign) -> None:
    member = session.get_one(Member, row.member_id)
    try:
        suspension.suspend(session, member, by=row.asked_by, seconded=True)
    except (suspension.AlreadySuspended, suspension.OwnAccount, suspension.LastAdministrator):
        raise Lapsed from None


def _close(session: Session, row: Countersign) -> None:
    tip = session.get_one(Tip, row.tip_id)
    outcome = app_state().district.outcomes.get(row.why)
    asker = _asker(session, row)
    if outcome is None or asker is None:
        raise Lapsed
    try:
        expect_version(tip, row.version or 0)
        new = TipStatus(outcome.status)
        decide(session, tip, new=new, outcome=outcome, actor=asker, seconded=True)
    except (ChangedMeanwhile, MoveNotAllowed, WrongReason):
        raise Lapsed from None


def _asker(session: Session, row: Countersign) -> Staff | None:
    """Find who asked, unless they were shut out since: then nobody stands behind it."""
    found = session.query(Member).filter_by(name=row.asked_by).one_or_none()
    if found is None or found.suspended_on is not None:
        return None
    return Staff(found.id, found.name, found.unit_id, tuple(found.roles))
