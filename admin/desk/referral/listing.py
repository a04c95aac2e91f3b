"""How many packages a unit has to hand over, and how many it waits for. Counts and days alone."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import Referral, Tip
from ...vault.readers import shown_to


@dataclass(frozen=True)
class ReferralCounts:
    """What is open of a unit's referrals."""

    made: int
    """Packages that were made and have not left."""
    out: int
    """Packages that an organ has, without a result."""
    unslipped: int
    """Of these, those without a return slip."""
    oldest: date | None
    """The day on which the one left that has been out for longest."""


def read_referrals(session: Session, unit_id: str, viewer: int) -> ReferralCounts:
    """Count what is open of the tips that lie at a unit, but for those hidden from the viewer."""
    query = (
        select(
            func.count(),
            func.count(Referral.sent_on),
            func.count(Referral.received_on),
            func.min(Referral.sent_on),
        )
        .join(Tip, Tip.id == Referral.tip_id)
        .where(Tip.unit_id == unit_id, Referral.settled_on.is_(None), shown_to(viewer))
    )
    all_, out, slipped, oldest = session.execute(query).one()
    return ReferralCounts(all_ - out, out, out - slipped, oldest)
