"""When somebody last read a backup through, to know that it can be restored."""

from datetime import date
from pathlib import Path
from typing import Final

from ..reading.keys_file import replace_file

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
