"""A unit's holds for its heads: what waits for an answer, what is held, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from ...models import NOT_PURGED, HoldKind, HoldStep, Tip
from ...vault.readers import shown_to
from ...vault.retention.holding import is_running, runs_today

SHOWN: Final = 200


@dataclass(frozen=True)
class HeldTip:
    """One tip that is held, or for which a hold or its end is asked."""

    reference: str
    until: date | None
    """The last day of the hold that runs."""
    asked: HoldKind | None
    asked_by: str
    asked_on: date | None


def held_tips(session: Session, unit_id: str, viewer: int) -> Sequence[HeldTip]:
    """List a unit's holds for a member: first what waits, then by the day on which they end."""
    waits = and_(HoldStep.tip_id == Tip.id, HoldStep.settled_on.is_(None))
    query = (
        select(Tip.reference, Tip.held_until, HoldStep.kind, HoldStep.asked_by, HoldStep.asked_on)
        .outerjoin(HoldStep, waits)
        .where(
            Tip.unit_id == unit_id, text(NOT_PURGED), or_(runs_today(), HoldStep.id.is_not(None))
        )
        .where(shown_to(viewer))
        .order_by(HoldStep.id.is_(None), Tip.held_until, Tip.reference)
        .limit(SHOWN)
    )
    return [
        HeldTip(
            row.reference,
            row.held_until if is_running(row.held_until) else None,
            row.kind,
            row.asked_by or "",
            row.asked_on,
        )
        for row in session.execute(query)
    ]
