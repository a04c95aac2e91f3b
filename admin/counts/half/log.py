"""What the audit log tells of a half-year: how often, never who, when or about what.

Exact numbers, which decision 99 explains: they count requests and keys, and no tip.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ...db import SHANGHAI
from ...models import AuditEvent
from .periods import Half

_ACTS: Final = {
    "opened": ("edge_log_opened",),
    "made": ("unit_key_made",),
    "renewed": ("key_renewed", "key_recovered", "key_switched"),
    "published": ("key_published",),
    # A person typed what was read out, and it was not the key's.
    "mistyped": ("key_confirm_wrong", "vouch_refused"),
    # A browser would not seal to what the server gave it.
    "refused": ("handover_refused", "labels_refused"),
}


@dataclass(frozen=True)
class LogCounts:
    """How often each happened in the half-year; practice units' keys are in none."""

    opened: int
    made: int
    renewed: int
    published: int
    mistyped: int
    refused: int


def read_log(session: Session, half: Half, practice: Collection[str]) -> LogCounts:
    """Count the lines of the half's days, as they are in Shanghai."""
    unit = AuditEvent.unit_id
    is_real = or_(unit.is_(None), unit.not_in(sorted(practice)))
    begin, end = _begin_of(half.first), _begin_of(half.last + timedelta(days=1))
    query = select(AuditEvent.act, func.count()).group_by(AuditEvent.act)
    query = query.where(is_real, AuditEvent.at >= begin, AuditEvent.at < end)
    found = {row[0]: int(row[1]) for row in session.execute(query)}
    return LogCounts(
        **{name: sum(found.get(act, 0) for act in acts) for name, acts in _ACTS.items()}
    )


def first_day(session: Session) -> date | None:
    """Give the day of the log's first line: before it there is nothing to report."""
    first = session.scalar(select(func.min(AuditEvent.at)))
    return None if first is None else datetime.fromtimestamp(first, SHANGHAI).date()


def _begin_of(day: date) -> int:
    return int(datetime.combine(day, time(), SHANGHAI).timestamp())
