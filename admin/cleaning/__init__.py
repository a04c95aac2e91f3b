"""Takes out of a file what tells of its sender: place, time, device, author.

Intake and the operator's command use it. The work is done by a child process in a
sandbox (`sandbox.py`), for a hostile file must meet a parser somewhere; this process itself only
looks at the first bytes (`kinds.py`) and never loads a picture library.
"""

from .cleaner import can_clean, clean
from .kinds import sniff
from .names import neutral_name, safe_name
from .sandbox import absent_tools
from .words import REASON_WORDS, Cleaned, NotCleaned, Uncleanable

__all__ = [
    "REASON_WORDS",
    "Cleaned",
    "NotCleaned",
    "Uncleanable",
    "absent_tools",
    "can_clean",
    "clean",
    "neutral_name",
    "safe_name",
    "sniff",
]
