"""Which units' fingerprints a second person confirmed, and how that becomes known at once.

They stand in content/data/keys.yml, and in development also in the file that the demo and the
desk's own page write. That second file is looked at again whenever it changed, in every worker,
so that a unit opens without a restart. In production the editor of keys.yml alone opens a unit.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from .db import today
from .district import DataError, read_fingerprints

Pairs = frozenset[tuple[str, str]]
_Stamp = tuple[int, int, int]


class ConfirmedKeys:
    """Watches the second file; without one, nothing ever changes."""

    def __init__(self, content: Path, path: Path | None) -> None:
        self._content = content
        self._path = path
        self._stamp = self._look()

    def changed(self) -> Pairs | None:
        """Read the pairs anew where the file is another than at the last look, else None."""
        stamp = self._look()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            return read_fingerprints(self._content, self._path)
        except DataError:
            # Somebody's slip in this file must not take the whole form away: what was read stays.
            return None

    def _look(self) -> _Stamp | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def publish(path: Path, confirmed: Iterable[tuple[str, str]]) -> None:
    """Write the units that were confirmed into the file, whole or not at all.

    Other units' lines stay: the demo's were confirmed by nobody's name.
    """
    pairs = dict(confirmed)
    kept = [row for row in _rows(path) if row["id"] not in pairs]
    items = kept + [{"id": unit, "fingerprint": found} for unit, found in sorted(pairs.items())]
    data = {"source": "dengshao", "checked": today(), "items": items}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="keys-", suffix=".new")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        yaml.safe_dump(data, file, allow_unicode=True, sort_keys=False)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return list(yaml.safe_load(path.read_text("utf-8"))["items"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return []
