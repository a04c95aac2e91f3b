"""Who is on duty for a unit's P0 tips, day by day, and what one shift tells the next."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...db import changed_rows
from ...models import (
    DutyShift,
    HandoverNote,
    Member,
    UnitKey,
    random_key,
)

DAYS: Final = 14
"""Days that the roster's page shows, from today on."""
AHEAD: Final = 366
"""Days ahead up to which a shift may be planned."""
NOTES: Final = 10
"""Hand-over notes that the page shows, the newest first."""


class NotOnThisRoster(Exception):
    """The member is not of the unit, is suspended, or can't open tips."""


class BadDay(Exception):
    """The day is gone, or too far ahead."""


class OldKey(Exception):
    """The note was sealed to another key than the unit's one in use."""


@dataclass(frozen=True)
class OnDuty:
    """One member's shift."""

    id: int
    name: str
    is_suspended: bool


def read_roster(session: Session, unit_id: str, first: date) -> dict[date, list[OnDuty]]:
    """Read who is on duty on each of the next `DAYS` days; a day without anybody is empty."""
    rows = session.execute(
        select(DutyShift.id, DutyShift.day, Member.name, Member.suspended_on)
        .join(Member, Member.id == DutyShift.member_id)
        .where(
            DutyShift.unit_id == unit_id,
            DutyShift.day >= first,
            DutyShift.day < first + timedelta(days=DAYS),
        )
        .order_by(DutyShift.day, Member.name)
    )
    found: dict[date, list[OnDuty]] = defaultdict(list)
    for row in rows:
        found[row.day].append(OnDuty(row.id, row.name, row.suspended_on is not None))
    return {day: found[day] for day in (first + timedelta(days=n) for n in range(DAYS))}


def gaps_of(roster: dict[date, list[OnDuty]]) -> list[date]:
    """List the days of the next seven on which nobody is on duty."""
    return [day for day, people in list(roster.items())[:7] if not people]


def on_duty(session: Session, unit_id: str, day: date) -> list[str]:
    """Name who is on duty for a unit on a day."""
    return list(
        session.scalars(
            select(Member.name)
            .join(DutyShift, DutyShift.member_id == Member.id)
            .where(
                DutyShift.unit_id == unit_id,
                DutyShift.day == day,
                Member.suspended_on.is_(None),
            )
            .order_by(Member.name)
        )
    )


def candidates(session: Session, unit_id: str) -> list[Member]:
    """Find the unit's members who can open tips: the only ones who may be on duty."""
    members = session.scalars(
        select(Member)
        .where(Member.unit_id == unit_id, Member.suspended_on.is_(None))
        .order_by(Member.name)
    )
    return [member for member in members if is_allowed(Act.OPEN, member.roles)]


def put_on_duty(session: Session, unit_id: str, *, member_id: int, day: date, today: date) -> None:
    """Add a shift; a no-op where it stands. Raises `BadDay` or `NotOnThisRoster`."""
    if not today <= day <= today + timedelta(days=AHEAD):
        raise BadDay
    if member_id not in {member.id for member in candidates(session, unit_id)}:
        raise NotOnThisRoster
    values = {"id": random_key(), "unit_id": unit_id, "day": day, "member_id": member_id}
    try:
        with session.begin_nested():
            session.execute(insert(DutyShift).values(values))
    except IntegrityError:
        # It stands already: two heads made the same roster at once.
        return


def take_off_duty(session: Session, unit_id: str, shift_id: int) -> bool:
    """Remove a shift of this unit; tells whether there was one."""
    gone = delete(DutyShift).where(DutyShift.id == shift_id, DutyShift.unit_id == unit_id)
    return bool(changed_rows(session.execute(gone)))


def repeat_week(session: Session, unit_id: str, *, today: date) -> int:
    """Put the people of the last seven days on the seven days that follow today; tells how many."""
    rows = session.execute(
        select(DutyShift.day, DutyShift.member_id).where(
            DutyShift.unit_id == unit_id,
            DutyShift.day > today - timedelta(days=7),
            DutyShift.day <= today,
        )
    ).all()
    allowed = {member.id for member in candidates(session, unit_id)}
    kept = [row for row in rows if row.member_id in allowed]
    for row in kept:
        day = row.day + timedelta(days=7)
        put_on_duty(session, unit_id, member_id=row.member_id, day=day, today=today)
    return len(kept)


def add_handover(
    session: Session, unit_id: str, *, key: str, by: str, sealed: bytes, now: int
) -> HandoverNote:
    """Add what this shift tells the next; sealed in the browser. The caller commits.

    Raises `OldKey`: filed under a key that does not open it, it would never be sealed anew.
    """
    # Held until the commit, so that no renewal comes in between.
    current = session.scalar(
        select(UnitKey.id)
        .where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
        .with_for_update()
    )
    if current is None or key != str(current):
        raise OldKey
    note = HandoverNote(unit_id=unit_id, unit_key_id=current, by=by, written_at=now, sealed=sealed)
    session.add(note)
    session.flush()
    return note


def read_handovers(session: Session, unit_id: str) -> list[HandoverNote]:
    """Read the newest notes of the unit."""
    return list(
        session.scalars(
            select(HandoverNote)
            .where(HandoverNote.unit_id == unit_id, HandoverNote.kind == "handover")
            .order_by(HandoverNote.written_at.desc(), HandoverNote.id)
            .limit(NOTES)
        )
    )
