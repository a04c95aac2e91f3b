"""What `dengshao doctor` finds, as numbers that name neither a unit nor a host nor a person."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..config import Config
from ..doctor.command import examine
from ..doctor.findings import Finding, State
from ..doctor.keys import MATTER as PUBLISHED_KEYS
from .families import Sheet

UNTOLD: Final = ("承办单位", PUBLISHED_KEYS)
"""Matters that hang on whether a unit has a single tip, on a key that was changed, say: they stay
on the machine, and in the letter of the day only whether anything is to be mended at all."""
_RANK: Final = {State.GOOD: 0, State.UNKNOWN: 1, State.BAD: 2}


def add_findings(sheet: Sheet, _config: Config, _now: int) -> None:
    """Look at the whole as doctor does, and tell of each matter how the worst of it stands."""
    for matter, state in sorted(worst(examine()).items()):
        sheet.add("dengshao_finding", int(state is State.BAD), matter)
        sheet.add("dengshao_finding_unknown", int(state is State.UNKNOWN), matter)


def worst(findings: Iterable[Finding]) -> Mapping[str, State]:
    """Fold findings by the first word of their matter: what follows it is a name."""
    found: dict[str, State] = {}
    for one in findings:
        matter = one.matter.partition(" ")[0]
        if matter in UNTOLD:
            continue
        found[matter] = max(
            found.get(matter, State.GOOD), one.state, key=lambda state: _RANK[state]
        )
    return found
