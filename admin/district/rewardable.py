"""Which tips are of a kind that a reward can be asked for: one answer for desk and mailbox."""

from typing import Final

from ..models import Tip
from ..tip.channels import Channel
from ..tip.status import TipStatus
from .data import District

_REWARDED: Final = frozenset({TipStatus.ACCEPTED, TipStatus.REFERRED, TipStatus.CLOSED})
"""Where a tip stands for which a reward can be asked."""


def is_of_a_kind(tip: Tip, district: District) -> bool:
    """Tell whether there is a rule that fits: by what the receipt's holder may know of the tip.

    Nothing here hangs on what was found out, or on another tip: who holds the receipt may be the
    one whom it names, and is told by it when to come back.
    """
    if district.rewards is None or tip.status not in _REWARDED:
        return False
    # What stands in no rule of routes is a decoy, or a unit that is gone.
    unit = district.units.get(tip.unit_id)
    if unit is None or unit.practice:
        return False
    outcome = district.outcomes.get(tip.outcome or "")
    # What was withdrawn or is junk is gone within days.
    if outcome is not None and outcome.purge_days:
        return False
    # Whoever wrote a call or a letter down held its receipt: they would read the code.
    return tip.channel == Channel.FORM
