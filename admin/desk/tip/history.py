"""A tip's history in words: for its page, and for the sheet of its case file."""

from dataclasses import dataclass

from flask_babel import gettext as _

from ...app_state import app_state
from ...models import Decision, Tip
from .. import words


@dataclass(frozen=True)
class HistoryLine:
    """One line of a tip's history."""

    day: str
    said: str
    who: str = ""
    """Nobody: that the tip came."""
    move: str = ""
    """From where to where the tip went with it, if anywhere."""
    reason: str = ""
    """Of outcomes.yml, where it was a decision."""

    def __str__(self) -> str:
        """Return what happened, without its day."""
        parts = (self.who, self.said, self.move, self.reason and _("理由：") + self.reason)
        return " ".join(filter(None, parts))


def history_of(tip: Tip) -> list[HistoryLine]:
    """Word the history of a tip. What another unit did with it names no other tip."""
    came_at = words.came_at(tip.decisions)
    came = HistoryLine(tip.received_on.isoformat(), _("收到线索"))
    return [came, *(_line(one, came_at) for one in tip.decisions)]


def _line(decision: Decision, came_at: int) -> HistoryLine:
    moved = decision.old != decision.new
    return HistoryLine(
        day=decision.decided_on.isoformat(),
        who=words.actor_word(decision.by),
        said=words.event_word(decision, is_from_elsewhere=decision.step < came_at),
        move=f"{words.STATUS[decision.old]} → {words.STATUS[decision.new]}" if moved else "",
        reason=words.outcome_word(decision, app_state().district),
    )
