"""Packages made of tips for organs outside: which there are, and whether one is still out."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...models import Referral


def read_all(session: Session, tip_id: int) -> Sequence[Referral]:
    """Read a tip's packages, the first one first."""
    query = select(Referral).where(Referral.tip_id == tip_id).order_by(Referral.number)
    return session.scalars(query).all()


def is_open(session: Session, tip_id: int) -> bool:
    """Tell whether a package of the tip is made, or out, and not settled."""
    waiting = exists().where(Referral.tip_id == tip_id, Referral.settled_on.is_(None))
    return bool(session.execute(select(waiting)).scalar_one())


def is_out(session: Session, tip_id: int) -> bool:
    """Tell whether a package of the tip has left and is not settled."""
    out = exists().where(
        Referral.tip_id == tip_id, Referral.sent_on.is_not(None), Referral.settled_on.is_(None)
    )
    return bool(session.execute(select(out)).scalar_one())
