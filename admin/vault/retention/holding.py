"""Which tips are kept past their day, and until when: for queries, and as days for pages.

A hold lies on the tip and goes along wherever the tip goes; what was merged into a case is kept
with it. A request that waits for its second person keeps the words for some days too: nobody shall
make them go by not answering.
"""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ...app_state import app_state
from ...db import today
from ...models import HoldKind, HoldStep, Tip

ASKING: Final = (HoldKind.SET, HoldKind.RENEW)
"""The requests that keep the words while they wait."""


def is_free(day: date) -> ColumnElement[bool]:
    """Choose tips that nothing keeps on `day`: no hold, no request, and no case that is still open.

    What was merged into a case belongs to it.
    """
    head = aliased(Tip)
    is_of_open = exists(true()).where(head.id == Tip.merged_into_id, head.is_open == true())
    return and_(~is_of_open, is_unheld(day))


def is_unheld(day: date) -> ColumnElement[bool]:
    """Choose tips under no hold on `day`, neither their own nor their case's, and none asked for.

    Written as what must all not be: PostgreSQL looks each up by its index then, where for one
    opposite of several it would walk through all tips.
    """
    head = aliased(Tip)
    with_head = exists(true()).where(head.id == Tip.merged_into_id, head.held_until >= day)
    own = or_(Tip.held_until.is_(None), Tip.held_until < day)
    return and_(own, ~with_head, ~_is_asked(Tip.id, day), ~_is_asked(Tip.merged_into_id, day))


def is_running(until: date | None) -> bool:
    """Tell of a hold's last day, as a tip has it, whether that hold runs today."""
    return until is not None and until >= today()


def runs_today() -> ColumnElement[bool]:
    """Choose tips whose own hold runs today."""
    return and_(Tip.held_until.is_not(None), Tip.held_until >= today())


def was_held() -> ColumnElement[bool]:
    """Choose tips that a hold has kept at some time, their own or that of their case."""
    head = aliased(Tip)
    with_head = exists(true()).where(head.id == Tip.merged_into_id, head.held_until.is_not(None))
    return or_(Tip.held_until.is_not(None), with_head)


def _is_asked(tip_id: InstrumentedAttribute[Any], day: date) -> ColumnElement[bool]:
    return exists(true()).where(
        HoldStep.tip_id == tip_id,
        HoldStep.settled_on.is_(None),
        HoldStep.kind.in_(ASKING),
        HoldStep.asked_on > day - _asked_for(),
    )


def _asked_for() -> timedelta:
    return timedelta(days=app_state().district.holds.asked_days)


def with_days(*columns: Any) -> Select[Any]:
    """Select columns of tips, and after them the days that `going_on` wants.

    The own ones and those of the case: last day of the hold, day of the request that waits.
    """
    head, own, its = aliased(Tip), aliased(HoldStep), aliased(HoldStep)
    return (
        select(
            *columns, Tip.expires_on, Tip.held_until, head.held_until, own.asked_on, its.asked_on
        )
        .outerjoin(head, head.id == Tip.merged_into_id)
        .outerjoin(own, and_(own.tip_id == Tip.id, *_waits(own)))
        .outerjoin(its, and_(its.tip_id == head.id, *_waits(its)))
    )


def _waits(step: Any) -> tuple[ColumnElement[bool], ...]:
    return step.settled_on.is_(None), step.kind.in_(ASKING)


def going_on(
    expires_on: date,
    held: date | None,
    head_held: date | None,
    asked: date | None,
    head_asked: date | None,
) -> date:
    """Tell the day on which words go: their own, or the first after all that keeps them."""
    held_until = [day for day in (held, head_held) if day is not None]
    asked_until = [
        day + _asked_for() - timedelta(days=1) for day in (asked, head_asked) if day is not None
    ]
    return max([expires_on, *(day + timedelta(days=1) for day in held_until + asked_until)])


def words_go_on(session: Session, tip: Tip) -> date | None:
    """Tell the day on which a tip's words go; None without one, and while an open case keeps it."""
    if tip.expires_on is None:
        return None
    head = aliased(Tip)
    is_open = exists(true()).where(head.id == Tip.merged_into_id, head.is_open == true())
    row = session.execute(with_days(is_open).where(Tip.id == tip.id)).one_or_none()
    return None if row is None or row[0] else going_on(*row[1:])
