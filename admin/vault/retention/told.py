"""What the holder of a receipt may learn of a tip whose day has come: the same, held or not.

Whoever has the receipt may be the one whom the tip names. If words that the law keeps were told of
otherwise than words that are gone, the mailbox would say that there is a case. So from its day on
every tip is told as deleted, and after as many days more its receipt is unknown, whatever the sweep
did and whatever a hold kept. Decision 65.
"""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...db import today
from ...models import Tip
from ...tip.status import TipStatus
from .holding import was_held

PURGED_DAYS: Final = 180
"""Days for which the mailbox still says 内容已删除; afterwards the receipt is unknown."""
_STAYS: Final = (
    *("id", "reference", "lookup", "unit_id", "unit_key_id", "urgency", "received_on", "outcome"),
    *("expires_on", "withdrawn_on", "danger_on", "channel", "extended_on", "version"),
)
"""What a deleted tip's row still has, of what a reporter is told by."""


def as_told(session: Session, tip: Tip) -> Tip | None:
    """Return a tip as its receipt's holder may know of it; None once the receipt is unknown.

    What is told as deleted though it is kept is a copy that hangs on no session.
    """
    if not is_over(session, tip.expires_on, tip.merged_into_id, tip.status):
        return tip
    if is_unknown(tip.expires_on) and not _waits_for_sweep(session, tip):
        return None
    return tip if tip.status is TipStatus.PURGED else _emptied(tip)


def is_over(
    session: Session, expires_on: date | None, merged_into_id: int | None, status: TipStatus
) -> bool:
    """Tell whether a tip is over for its reporter: by its day alone, not by what became of it."""
    if status is TipStatus.PURGED:
        return True
    if expires_on is None or expires_on > today():
        return False
    return not _is_open(session, merged_into_id)


def is_unknown(expires_on: date | None) -> bool:
    """Tell whether the receipt of a tip that is over is unknown by now."""
    return expires_on is not None and expires_on <= today() - timedelta(days=PURGED_DAYS)


def _waits_for_sweep(session: Session, tip: Tip) -> bool:
    """Tell whether a case that has just ended kept this one: its days are counted from now on."""
    if tip.merged_into_id is None or tip.status is TipStatus.PURGED:
        return False
    query = select(Tip.id).where(Tip.id == tip.id, ~was_held())
    return session.execute(query).first() is not None


def _is_open(session: Session, tip_id: int | None) -> bool:
    """Tell whether the case into which a tip was merged is still to be done."""
    if tip_id is None:
        return False
    return bool(session.execute(select(Tip.is_open).where(Tip.id == tip_id)).scalar_one_or_none())


def _emptied(tip: Tip) -> Tip:
    values = {name: getattr(tip, name) for name in _STAYS}
    return Tip(**values, status=TipStatus.PURGED, is_open=False, talk_length=0)
