"""The hour's turns of the sweep: which one a moment belongs to, and whether it was made."""

from typing import Final

from sqlalchemy.orm import Session

from ..models import Setting
from ..vault.deadlines.reminders import keep_setting
from .measuring.keeping import HOUR

MINUTE: Final = 5
"""The minute of each hour at which a serving process sweeps."""
MADE: Final = "swept_turn"
"""The setting that tells which hour's turn was last made whole, by whichever node."""


def turn_of(now: float) -> int:
    """Count the hours since 1970, each from its `MINUTE` on: at that one the turns are made."""
    return int(now - MINUTE * 60) // HOUR


def was_made(session: Session, turn: int) -> bool:
    """Tell whether a turn was made whole, here or on another node."""
    made = session.get(Setting, MADE)
    # Not "or a later one": a clock that jumped to tomorrow and back must keep nobody from work.
    return made is not None and made.value == str(turn)


def remember_made(session: Session, turn: int) -> None:
    """Keep that a turn was made whole. The caller commits."""
    keep_setting(session, MADE, str(turn))
