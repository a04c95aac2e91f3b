"""Which numbers a line of a tip's history adds to: each family counts a tip once, however it goes.

Opened again, decided twice, passed on, merged: what counts is the first time, at the unit to which
the tip came first.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...deadlines.rules import Facts, Step
from ...deadlines.working_days import end_of
from ...models import Transfer
from ...tip.counted import IN_TIME, LATE, ORGAN_PARTS, OTHER, OUTCOME_PARTS, Family, bucket_of
from ...tip.events import EventKind
from ...tip.status import TipStatus
from .adding import add

_TIMED: Final = {
    TipStatus.ACCEPTED: (Family.DAYS_ACCEPTED, Family.KEPT_ACCEPTED),
    TipStatus.CLOSED: (Family.DAYS_CLOSED, Family.KEPT_CLOSED),
}
"""Not of what is out of scope: with what was accepted, the sums would tell it by the quarter."""

Numbers = Iterator[tuple[Family, str]]


def count_step(session: Session, tip_id: int, unit_id: str, facts: Facts) -> None:
    """Count the last step of a tip's history, and nothing where it is the first of no kind."""
    numbers = list(numbers_of(facts))
    if not numbers:
        return
    unit_id = first_unit(session, tip_id, unit_id, facts)
    for family, part in numbers:
        add(session, family, part, unit_id)


def first_unit(session: Session, tip_id: int, unit_id: str, facts: Facts) -> str:
    """Find the unit to which a tip came first, for one that lies at `unit_id` now."""
    if not any(step.kind is EventKind.TRANSFERRED for step in facts.steps[:-1]):
        return unit_id
    query = select(Transfer.from_unit).where(Transfer.tip_id == tip_id)
    return session.scalar(query.order_by(Transfer.step).limit(1)) or unit_id


def numbers_of(facts: Facts) -> Numbers:
    """List what the last of a tip's steps adds to."""
    *past, step = facts.steps
    if step.is_read and not any(one.is_read for one in past):
        yield from _timed(Family.DAYS_READ, Family.KEPT_READ, facts)
    yield from _danger(past, step)
    if step.new is step.old or any(_came_to(one, step.new) for one in past):
        return
    yield from _first_time(step)
    if step.new in _TIMED:
        yield from _timed(*_TIMED[step.new], facts)


def _came_to(step: Step, status: TipStatus) -> bool:
    return step.new is status and step.old is not status


def _first_time(step: Step) -> Numbers:
    if step.new is TipStatus.ACCEPTED:
        yield Family.ACCEPTED, ""
    elif step.new is TipStatus.REFERRED:
        yield Family.REFERRED, ORGAN_PARTS.get(step.reason, OTHER)
    elif step.new is TipStatus.CLOSED:
        yield Family.CLOSED, OUTCOME_PARTS.get(step.reason, OTHER)
    elif step.new is TipStatus.OUT_OF_SCOPE:
        yield Family.OUT_OF_SCOPE, ""


def _timed(days: Family, kept: Family, facts: Facts) -> Numbers:
    """Tell how long it took until this step, and whether the deadlines that it met were kept."""
    yield days, bucket_of((facts.steps[-1].day - facts.received_on).days)
    clocks = app_state().district.clocks
    before = clocks.deadlines(replace(facts, steps=facts.steps[:-1]))
    met = {row.rule.id for row in before if row.met_on is not None}
    now = [
        row
        for row in clocks.deadlines(facts)
        if row.met_on is not None and row.rule.id not in met and row.rule.start in _FROM_RECEIPT
    ]
    # One or the other, each time: both together are all, which `tip.measures` says of them.
    yield kept, LATE if any(row.met_on > row.due for row in now) else IN_TIME  # type: ignore[operator]


_FROM_RECEIPT: Final = ("received", "alarm")


def _danger(past: list[Step], step: Step) -> Numbers:
    """Tell whether a tip's first call for help was answered in time: counted with the answer."""
    calls = [n for n, one in enumerate(past) if one.kind is EventKind.DANGER]
    if not calls or not step.is_read or any(one.is_read for one in past[calls[0] :]):
        return
    clocks = app_state().district.clocks
    rule = next((rule for rule in clocks.rules if rule.start == "alarm"), None)
    if rule is not None:
        day = past[calls[0]].day
        due = end_of(clocks.calendar, day, rule.length, rule.unit, rolls=rule.rolls)
        yield Family.DANGER, LATE if step.day > due else IN_TIME
