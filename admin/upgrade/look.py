"""What a version's program tells of the database, asked before and after an upgrade."""

import json
from dataclasses import dataclass

from .programs import ProgramFailed, Programs


@dataclass(frozen=True)
class Looked:
    revision: str
    tips: int
    words: int = 0
    """Tips and messages together: what somebody was told has been kept."""


def look(programs: Programs, version: str) -> Looked:
    """Ask a version what form the database has, and how many tips. Raises `ProgramFailed`."""
    said = programs.run(version, "upgrade-part", "look")
    try:
        return Looked(**json.loads(said))
    except (ValueError, TypeError):
        raise ProgramFailed(f"dengshao upgrade-part（{version}）答得不对。") from None
