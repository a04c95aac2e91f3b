"""How a running node learns of new keys and new data, without a restart.

keys.yml (and in development the file that the demo and the desk's own page write) is looked at at
each use: one file, written whole, so a node takes it as soon as it changed. All else of
content/data hangs together over several files, so a node takes it when it is asked to: by the stamp
that `dengshao reload` and SIGHUP leave in its data folder. A file that can't be read leaves what
was read before, and is named in the log.
"""

import logging
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

from .data_file import DataError
from .district import District, load_district, read_keys
from .quiet_log import OWN

_Stamp = tuple[int, int, int]
_ASKED: Final = "reread"


class Rereading:
    """Watches for one application what it has read; gives the newest that can be read."""

    def __init__(self, content: Path, data: Path, second_keys: Path | None) -> None:
        self._content = content
        self._second_keys = second_keys
        self._keys = (content / "data" / "keys.yml", second_keys)
        self._asked = data / _ASKED
        self._seen_keys, self._seen_asked = self._look()
        self._lock = Lock()

    def newest(self, district: District) -> District:
        """Give the district as it is now; the very same object where nothing changed."""
        if self._look() == (self._seen_keys, self._seen_asked):
            return district
        # Another thread is at it: what is there is good until it is done.
        if not self._lock.acquire(blocking=False):
            return district
        try:
            return self._read(district)
        finally:
            self._lock.release()

    def _read(self, district: District) -> District:
        keys, asked = self._look()
        is_asked, self._seen_keys, self._seen_asked = asked != self._seen_asked, keys, asked
        try:
            if is_asked:
                return load_district(self._content, self._second_keys)
            found = read_keys(self._content, self._second_keys)
        except DataError as error:
            # The words of a data file are the editor's own, and public.
            logging.getLogger(OWN).error("没有换，还用原来的：%s", error)
            return district
        return replace(district, fingerprints=found.open, retiring=found.retiring)

    def _look(self) -> tuple[tuple[_Stamp | None, ...], _Stamp | None]:
        return tuple(_stamp(path) for path in self._keys), _stamp(self._asked)


def ask_to_reread(data: Path) -> None:
    """Ask every process that serves this data folder to read its content and data anew."""
    path = data / _ASKED
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)


def _stamp(path: Path | None) -> _Stamp | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
