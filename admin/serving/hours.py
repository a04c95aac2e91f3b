"""The hour's turns of the sweep: which one a moment belongs to, and whether it was made."""

from datetime import datetime, timedelta
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


def seconds_until_next(now: datetime) -> float:
    """Count the seconds until the next `MINUTE` past an hour."""
    turn = now.replace(minute=MINUTE, second=0, microsecond=0)
    return ((turn if turn > now else turn + timedelta(hours=1)) - now).total_seconds()
