"""Which tips a unit has on the way to it, and which it passed on itself. Reads no sealed byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Tip, Transfer
from ...tip.urgency import Urgency
from ...vault.readers import shown_to

SHOWN: Final = 100
"""Rows that a list shows, the newest first."""
DAYS: Final = 90
"""For how long a unit sees what became of what it passed on."""


@dataclass(frozen=True)
class Arriving:
    """A tip that waits at this unit to be taken over."""

    reference: str
    urgency: Urgency
    from_unit: str
    by: str
    made_on: date
    reason: str


@dataclass(frozen=True)
class Leaving:
    """A tip that this unit passed on. Of what the other does with it, only whether it took it."""

    id: int
    reference: str
    to_unit: str
    by: str
    made_on: date
    reason: str
    settled_on: date | None
    is_taken: bool | None
    back_reason: str | None
    is_doubted: bool


def arriving(session: Session, unit_id: str, viewer: int) -> Sequence[Arriving]:
    """List what waits at a member's unit to be taken over, the most urgent and oldest first."""
    columns = Tip.reference, Tip.urgency, Transfer.from_unit, Transfer.by
    query = (
        select(*columns, Transfer.made_on, Transfer.reason)
        .join(Tip, Tip.id == Transfer.tip_id)
        .where(Transfer.to_unit == unit_id, Transfer.settled_on.is_(None), shown_to(viewer))
        .order_by(Tip.urgency, Transfer.made_on, Tip.reference)
        .limit(SHOWN)
    )
    return [Arriving(*row) for row in session.execute(query)]


def leaving(session: Session, unit_id: str, day: date, viewer: int) -> Sequence[Leaving]:
    """List what a member's unit passed on: what waits, is doubted, or was settled of late."""
    columns = Transfer.id, Tip.reference, Transfer.to_unit, Transfer.by, Transfer.made_on
    more = Transfer.reason, Transfer.settled_on, Transfer.is_taken, Transfer.back_reason
    oldest = day - timedelta(days=DAYS)
    is_shown = Transfer.settled_on.is_(None) | Transfer.is_doubted | (Transfer.made_on >= oldest)
    query = (
        select(*columns, *more, Transfer.is_doubted)
        .join(Tip, Tip.id == Transfer.tip_id)
        .where(Transfer.from_unit == unit_id, is_shown, shown_to(viewer))
        .order_by(Transfer.settled_on.is_not(None), Transfer.made_on.desc(), Tip.reference)
        .limit(SHOWN)
    )
    rows: Any = session.execute(query)
    return [Leaving(*row) for row in rows]
