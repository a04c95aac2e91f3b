"""Whether there is room for more: one judgement for form, mailbox, files, doctor and probes.

It looks at the disks of this node: of the data folder, of SQLite's database, of a local store of
files. A database elsewhere, or a quota that no disk tells of, is known by what it answers: then it
counts as full for a minute, and is tried again.

Staff and the sweep are never asked: what is kept free is their room, and deleting needs some.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ...config import Config

MIB: Final = 1024 * 1024
TRIED_AGAIN: Final = 60.0
"""Seconds after which a database that said that it is full is tried again."""
_SQLITE_FULL: Final = 13
_POSTGRESQL_FULL: Final = "53100"


@dataclass(frozen=True)
class Least:
    """What stays free on a disk: bytes and inodes, of a small disk that part of it only."""

    bytes: int
    inodes: int
    part: int


WORDS: Final = Least(bytes=64 * MIB, inodes=256, part=40)
"""Below this no tip and no message is taken. What must fit: 64 presses at once, each of at most
128 KiB, which SQLite writes to its journal, its database and an index: 24 MiB; one turn of the
sweep, which overwrites 200 tips of 17 KB twice: 7 MiB; the journal of a backup's reader, 36 MB
measured in a flood. Together 67 MB, so that what was begun always fits whole."""
FILES: Final = Least(bytes=256 * MIB, inodes=2048, part=20)
"""Below this no part of a file is taken: the words' own room, and 96 parts of 2 MiB under way."""
SOON: Final = 2 * 1024 * MIB
"""Below this an operator is told, while all is still taken."""


@dataclass(frozen=True)
class Disk:
    """What a disk has left for a usual user, and what it has in all."""

    free: int
    size: int
    inodes_free: int
    inodes: int
    """0 where the file system counts none."""

    def has(self, least: Least, more: int = 0) -> bool:
        """Tell whether what must stay free stays free, once so many bytes more have come."""
        if self.free - more < min(least.bytes, self.size // least.part):
            return False
        return not self.inodes or self.inodes_free >= min(least.inodes, self.inodes // least.part)


def look(path: Path) -> Disk:
    """Look at the disk on which a path lies, or will lie. Raises OSError."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    found = os.statvfs(there)
    return Disk(
        free=found.f_bavail * found.f_frsize,
        size=found.f_blocks * found.f_frsize,
        inodes_free=found.f_favail,
        inodes=found.f_files,
    )


def disks_of_words(config: Config) -> dict[str, Path]:
    """Name the folders in which words need room, by what they are to an operator."""
    url = make_url(config.database_url)
    found = {"数据目录": config.data}
    if url.get_backend_name() == "sqlite" and url.database:
        found["数据库"] = Path(url.database).parent
    return found


def disk_of_files(config: Config) -> Path | None:
    """Name the folder in which files need room; None where they go to a store elsewhere."""
    parts = urlsplit(config.blobs_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def says_full(error: SQLAlchemyError) -> bool:
    """Tell whether a database says that its disk has no room: SQLite's own, or a server's."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None)
    return code == _SQLITE_FULL or getattr(cause, "sqlstate", None) == _POSTGRESQL_FULL


class Room:
    """The judgement of one process."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = list(dict.fromkeys(disks_of_words(config).values()))
        self._clock = clock
        self._lock = threading.Lock()
        self._full_until = float("-inf")

    @property
    def takes_words(self) -> bool:
        """Tell whether a tip or a message may come, now. By itself again once there is room."""
        if self._clock() < self._full_until:
            return False
        try:
            return all(look(folder).has(WORDS) for folder in self._folders)
        except OSError:
            # A disk that does not answer takes nothing.
            return False

    def heed(self, error: SQLAlchemyError) -> None:
        """Remember for a while where an error says that the database has no room."""
        if says_full(error):
            with self._lock:
                self._full_until = self._clock() + TRIED_AGAIN
