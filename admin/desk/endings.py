"""Why an end of a tip takes two people. By the cover, the history and the outcome alone.

What only the words tell the member's browser adds: that a minor suffers (`Ground.MINOR`).
"""

from typing import Final

from sqlalchemy.orm import Session

from ..app_state import app_state
from ..district.data import Outcome
from ..members.countersign import LEAST_DAYS
from ..members.grounds import Ground
from ..models import Tip
from ..tip.status import OPEN_STATUSES, TipStatus
from ..tip.urgency import Urgency
from ..vault import readers

FABRICATED: Final = "fabricated"
"""The outcome of outcomes.yml that asks the competent organ whether a report is made up."""
URGENT: Final = frozenset({Urgency.P0, Urgency.P1})


def needs_second(tip: Tip, outcome: Outcome) -> bool:
    """Tell whether this end of a tip about an official, which deletes it early, takes two.

    At the upper unit no row tells which tips these are: there it is asked for all.
    """
    is_sealed = app_state().district.ways.is_sealed(tip.unit_id)
    return is_sealed and outcome.purge_days is not None


def has_danger(tip: Tip) -> bool:
    """Tell whether somebody may be in danger: such a tip is never ended among others."""
    return tip.danger_on is not None or is_urgent(tip)


def is_urgent(tip: Tip) -> bool:
    """Tell whether a tip is urgent, or was until staff graded it lower."""
    return tip.urgency in URGENT or tip.eased_from is not None


def grounds_of(session: Session, tip: Tip, outcome: Outcome) -> tuple[Ground, ...]:
    """Return why this end takes two people; nothing where one may decide it alone."""
    return _grounds(tip, outcome, is_opened=readers.was_opened(session, tip))


def grounds_at(session: Session, tip: Tip) -> dict[str, tuple[Ground, ...]]:
    """Return for each outcome of the district why it takes two at this tip."""
    is_opened = readers.was_opened(session, tip)
    outcomes = app_state().district.outcomes.values()
    return {outcome.id: _grounds(tip, outcome, is_opened=is_opened) for outcome in outcomes}


def is_end(outcome: Outcome) -> bool:
    """Tell whether a tip has ended with this outcome."""
    return TipStatus(outcome.status) not in OPEN_STATUSES


def _grounds(tip: Tip, outcome: Outcome, *, is_opened: bool) -> tuple[Ground, ...]:
    if not is_end(outcome) or _is_practice(tip):
        return ()
    days = outcome.purge_days
    found = {
        Ground.SEALED: needs_second(tip, outcome),
        Ground.UNOPENED: not is_opened,
        Ground.URGENT: is_urgent(tip),
        Ground.DANGER: tip.danger_on is not None,
        Ground.FABRICATED: outcome.id == FABRICATED,
        Ground.EARLY: days is not None and days <= LEAST_DAYS,
    }
    return tuple(ground for ground, holds in found.items() if holds)


def _is_practice(tip: Tip) -> bool:
    """Tell whether the tip is invented: nobody is harmed by its end."""
    unit = app_state().district.units.get(tip.unit_id)
    return unit is not None and unit.practice
