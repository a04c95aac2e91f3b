"""Keep what is learnt from asked.yml until its lines, or how they are learnt from, change.

It takes a fifth of a build, and most builds come after one that read the same lines. It is kept
where Python keeps the compiled hooks, and may be removed as they may.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import asked

Data = dict[str, Any]
HOOKS = Path(__file__).parent
# What decides what is learnt, beside the lines: this code, and the Python whose shuffle it uses.
CODE = ("asked.py", "codes.py")
KEPT = HOOKS / "__pycache__" / f"asked.{sys.implementation.cache_tag}.json"


def parts(lines: Data, kinds: list[str], groups: list[Data]) -> tuple[Data, Data]:
    """Return what asked.parts does, learning only what is not known yet."""
    made_of = digest_of(lines, kinds, groups)
    if (known := read()) and known["of"] == made_of:
        return known["parts"], known["weighed"]
    made, weighed = asked.parts(lines, kinds, groups)
    if not sys.dont_write_bytecode:
        keep({"of": made_of, "parts": made, "weighed": weighed})
    return made, weighed


def digest_of(*lines: Any) -> str:
    code = [(HOOKS / name).read_text("utf-8") for name in CODE]
    return hashlib.sha256(json.dumps([lines, code]).encode()).hexdigest()


def read() -> Data | None:
    """Return what was kept; None where nothing is, or not whole."""
    try:
        known = json.loads(KEPT.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and set(known) == {"of", "parts", "weighed"} else None


def keep(known: Data) -> None:
    """Write it whole or not at all: two builds may run at once."""
    new = KEPT.with_suffix(f".{os.getpid()}")
    # A folder that nobody may write to costs the next build half a second.
    with suppress(OSError):
        KEPT.parent.mkdir(exist_ok=True)
        new.write_text(json.dumps(known), "utf-8")
        new.replace(KEPT)
