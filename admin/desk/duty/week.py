"""A week of the duty roster, set at once: who stands on which day, from Monday to Sunday."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...models import DutyShift, Member
from .shifts import AHEAD, BadDay, NotOnThisRoster, candidates, put_on_duty

DAYS: Final = 7
Ticked = Mapping[date, frozenset[int]]
"""The ids of the members of each day."""


class Outdated(Exception):
    """Somebody changed the week since this member's page was made."""


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(DAYS)]


def read_week(session: Session, unit_id: str, monday: date) -> Ticked:
    """Read who stands on each day of a week; a day without anybody is empty."""
    rows = session.execute(
        select(DutyShift.day, DutyShift.member_id).where(
            DutyShift.unit_id == unit_id,
            DutyShift.day >= monday,
            DutyShift.day < monday + timedelta(days=DAYS),
        )
    ).all()
    return {
        day: frozenset(row.member_id for row in rows if row.day == day) for day in days_of(monday)
    }


def stamp_of(week: Ticked) -> str:
    """Make a text that is another one as soon as anybody changed the week."""
    lines = (f"{day} {sorted(members)}" for day, members in sorted(week.items()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def set_week(session: Session, unit_id: str, *, ticked: Ticked, seen: str, today: date) -> None:
    """Put exactly these members on these days of one week; days that are gone stay as they were.

    Raises `Outdated` where the week is not as it was seen, `BadDay` and `NotOnThisRoster`, and then
    changes nothing that the caller does not roll back.
    """
    monday = monday_of(min(ticked))
    # Of two heads at once the second one waits here, and is then told.
    session.execute(
        select(Member.id).where(Member.unit_id == unit_id).order_by(Member.id).with_for_update()
    )
    stands = read_week(session, unit_id, monday)
    if stamp_of(stands) != seen:
        raise Outdated
    coming = [day for day in days_of(monday) if day >= today]
    if not coming or coming[-1] > today + timedelta(days=AHEAD):
        raise BadDay
    _check(session, unit_id, (ticked[day] for day in coming))
    for day in coming:
        _set_day(session, unit_id, day, stands[day], ticked[day], today)


def _check(session: Session, unit_id: str, chosen: Iterable[frozenset[int]]) -> None:
    allowed = {member.id for member in candidates(session, unit_id)}
    if not allowed.issuperset(frozenset().union(*chosen)):
        raise NotOnThisRoster


def _set_day(
    session: Session,
    unit_id: str,
    day: date,
    stands: frozenset[int],
    wanted: frozenset[int],
    today: date,
) -> None:
    # Whoever was suspended since can't be ticked any more, and goes with the rest.
    gone = delete(DutyShift).where(
        DutyShift.unit_id == unit_id,
        DutyShift.day == day,
        DutyShift.member_id.in_(stands - wanted),
    )
    session.execute(gone)
    for member_id in sorted(wanted - stands):
        put_on_duty(session, unit_id, member_id=member_id, day=day, today=today)
