"""How a running node learns of new keys and new data, without a restart.

keys.yml (and in development the file that the demo and the desk's own page write) is looked at at
each use: one file, written whole, so a node takes it as soon as it changed. All else of
content/data hangs together over several files, so a node takes it when it is asked to: by the stamp
that `dengshao reload` and SIGHUP leave in its data folder. A file that can't be read leaves what
was read before, and is named in the log; what was due is tried again when any file has changed.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread
from typing import Final, TypeVar

from ..config import Config
from ..logs import OWN
from ..reading.data_files import DataError
from .data import (
    District,
    load_district,
    read_keys,
)

_Stamp = tuple[int, int, int]
_Stamps = tuple[_Stamp | None, ...]
_Found = TypeVar("_Found")
_ASKED: Final = "reread"
_SECONDS: Final = 1.0


class Rereading:
    """Watches for one application what it has read; gives the newest that can be read."""

    def __init__(self, content: Path, data: Path, second_keys: Path | None) -> None:
        self._content = content
        self._second_keys = second_keys
        self._looked_at = (str(data / _ASKED), str(content / "data" / "keys.yml"), second_keys)
        self._taken = self._look()
        # What all files were like when something due could not be read; None where nothing is due.
        self._tried: tuple[_Stamps, _Stamps] | None = None

    def newest(self, district: District) -> District:
        """Give the district as it is now; the very same object where nothing changed."""
        return district if self.is_as_it_was() else self._read(district)

    def is_as_it_was(self) -> bool:
        """Tell whether there is nothing to read: a look at a few files, at each use."""
        tried = self._tried
        return self._look() == self._taken if tried is None else self._look_at_all() == tried

    def _read(self, district: District) -> District:
        # The look comes first: what changes while it is read is read once more.
        tried = self._look_at_all()
        asked, *keys = tried[0]
        faults: dict[str, None] = {}
        if asked != self._taken[0]:
            whole = _read_well(lambda: load_district(self._content, self._second_keys), faults)
            if whole:
                self._taken, self._tried = tried[0], None
                # A warning, so that an operator sees which processes have it.
                logging.getLogger(OWN).warning("重新读好了（进程 %s）。", os.getpid())
                return whole
        if tuple(keys) != self._taken[1:]:
            # Keys don't wait for a slip elsewhere to be mended.
            found = _read_well(lambda: read_keys(self._content, self._second_keys), faults)
            if found:
                self._taken = (self._taken[0], *keys)
                district = replace(
                    district,
                    fingerprints=found.open,
                    retiring=found.retiring,
                    overlap=found.overlap,
                )
        for fault in faults:
            logging.getLogger(OWN).error("没有换，还用原来的：%s", fault)
        self._tried = tried if faults else None
        return district

    def _look(self) -> _Stamps:
        return tuple(map(_stamp, self._looked_at))

    def _look_at_all(self) -> tuple[_Stamps, _Stamps]:
        folder = self._content / "data"
        files = sorted([*folder.glob("*.yml"), *folder.glob("schema/*.json")])
        return self._look(), tuple(_stamp(path) for path in files)


class Kept:
    """What a process serves by: the newest of its district that could be read.

    gunicorn's first process has one and makes each worker of it. A worker that takes the place of
    one that died so takes no edit that nobody asked to be read, and no slip keeps it from serving.
    """

    def __init__(self, config: Config) -> None:
        self._rereading = Rereading(config.content, config.data, config.confirmed_keys)
        self.district = load_district(config.content, config.confirmed_keys)
        self._lock = Lock()

    def newest(self) -> District:
        # Who asks while another thread reads waits for what that one finds: `keys apply` fetches
        # what the public reads as soon as it has written.
        with self._lock:
            self.district = self._rereading.newest(self.district)
            return self.district


def start_looking(kept: Kept) -> None:
    """Look each second too, in a thread of this process, whether it is asked for a page or not.

    A process that nobody asks for hours would else read, at last, what was edited meanwhile.
    """

    def keep_looking() -> None:
        while True:
            time.sleep(_SECONDS)
            kept.newest()

    Thread(target=keep_looking, name="rereading", daemon=True).start()


def _read_well(read: Callable[[], _Found], faults: dict[str, None]) -> _Found | None:
    """Read; what can't be read is put among the faults."""
    try:
        return read()
    except DataError as error:
        # The words of a data file are the editor's own, and public.
        faults[str(error)] = None
    except Exception as error:
        # A schema with a slip, say. Whatever it is, nobody may stop serving for it.
        faults[type(error).__name__] = None
    return None


def ask_to_reread(data: Path) -> None:
    """Ask every process that serves this data folder to read its content and data anew."""
    path = data / _ASKED
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)


def _stamp(path: str | Path | None) -> _Stamp | None:
    if path is None:
        return None
    try:
        found = os.stat(path)  # ten times a request: a Path asks through itself
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
