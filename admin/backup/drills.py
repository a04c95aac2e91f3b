"""When somebody last read a backup through, to know that it can be restored."""

from datetime import date
from pathlib import Path
from typing import Final

from ..reading.keys_file import replace_file

_DRILL: Final = "last-drill"


def note_drill(data: Path, day: date) -> None:
    """Keep the day, where this is an installation: a drill may be done on any machine."""
    if data.exists():
        replace_file(data / _DRILL, f"{day.isoformat()}\n")
        (data / _DRILL).chmod(0o600)


def read_drill(data: Path) -> date | None:
    try:
        return date.fromisoformat((data / _DRILL).read_text("ascii").strip())
    except (OSError, ValueError):
        return None
