"""What of a unit's ends waits for a second person, and how those that were answered came out.

Totals of the unit, never of a member: nobody is counted or ranked.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ..members.countersign import Kind
from ..members.grounds import Result
from ..models import Countersign, Tip
from ..tip.status import TipStatus
from ..vault import readers


@dataclass(frozen=True)
class ReviewCounts:
    """How many of a unit's ends wait, and what became of the others."""

    asked: int
    """Ends that wait for a second person to agree."""
    late: int
    """Of these, those that waited longer than `reviews.yml` says."""
    oldest: date | None
    """The day since which the longest waits."""
    to_review: int
    """Ends that were drawn, and that nobody has looked over."""
    results: Mapping[Result, int]
    """How many came out how, of those that were answered since a day."""


@dataclass(frozen=True)
class AskedRow:
    """One that waits, as the unit's people see it."""

    reference: str
    kind: str
    outcome: str
    by: str
    asked_on: date
    is_late: bool


def read_reviews(
    session: Session, unit_id: str, *, day: date, answer_days: int, since: date
) -> ReviewCounts:
    """Count a unit's ends under a second person's eyes; answered ones since a day."""
    waiting = session.execute(
        select(Countersign.kind, Countersign.asked_on).join(*_TIP).where(*_waiting(unit_id))
    ).all()
    asked = [row.asked_on for row in waiting if row.kind == Kind.CLOSE]
    return ReviewCounts(
        asked=len(asked),
        late=sum(is_late(one, day, answer_days) for one in asked),
        oldest=min(asked, default=None),
        to_review=len(waiting) - len(asked),
        results=_results(session, unit_id, since),
    )


def _results(session: Session, unit_id: str, since: date) -> Mapping[Result, int]:
    query: Select[str, int] = select(Countersign.result, func.count()).where(  # type: ignore[assignment]
        Countersign.unit_id == unit_id,
        Countersign.tip_id.is_not(None),
        Countersign.result.is_not(None),
        Countersign.settled_on >= since,
    )
    rows = session.execute(query.group_by(Countersign.result))
    return Counter({Result(result): count for result, count in rows})


def waiting_rows(
    session: Session, unit_id: str, member_id: int, *, day: date, answer_days: int
) -> list[AskedRow]:
    """List what waits in a unit, the oldest first, but what is hidden from this member."""
    query = (
        select(Countersign, Tip.reference)
        .join(*_TIP)
        .where(*_waiting(unit_id), readers.shown_to(member_id))
        .order_by(Countersign.asked_on, Tip.reference)
    )
    return [
        AskedRow(
            reference=reference,
            kind=row.kind,
            outcome=row.why,
            by=row.asked_by,
            asked_on=row.asked_on,
            is_late=row.kind == Kind.CLOSE and is_late(row.asked_on, day, answer_days),
        )
        for row, reference in session.execute(query)
    ]


def is_late(asked_on: date, day: date, answer_days: int) -> bool:
    """Tell whether heads are told that nobody answers."""
    return asked_on + timedelta(days=answer_days) < day


_TIP = (Tip, Tip.id == Countersign.tip_id)


def _waiting(unit_id: str) -> tuple[ColumnElement[bool], ...]:
    """Choose what is open: an end of a tip that still is, or a review of one that has ended."""
    is_review = Countersign.kind == Kind.REVIEW
    return (
        Countersign.unit_id == unit_id,
        Countersign.settled_on.is_(None),
        Tip.status != TipStatus.PURGED,
        Tip.is_open != is_review,
    )
