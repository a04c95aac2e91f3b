"""When somebody last read a backup through, to know that it can be restored."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from ..db import SHANGHAI
from ..models import Setting
from ..reading.keys_file import replace_file
from .making import LAST_BACKUP

_DRILL: Final = "last-drill"


def note_drill(data: Path, day: date) -> bool:
    """Keep the day where something is installed; a drill may be done on an empty machine, too."""
    is_installed = data.exists() and any(data.iterdir())
    if is_installed:
        replace_file(data / _DRILL, f"{day.isoformat()}\n")
        (data / _DRILL).chmod(0o600)
    return is_installed


def read_drill(data: Path) -> date | None:
    try:
        return date.fromisoformat((data / _DRILL).read_text("ascii").strip())
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Upkeep:
    """When somebody last looked after the copies; of earlier times nothing is kept."""

    backup: date | None
    drill: date | None


def read_upkeep(session: Session, data: Path) -> Upkeep:
    last = session.get(Setting, LAST_BACKUP)
    day = datetime.fromtimestamp(int(last.value), SHANGHAI).date() if last else None
    return Upkeep(day, read_drill(data))
