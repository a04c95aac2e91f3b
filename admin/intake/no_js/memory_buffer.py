"""Where files lie while they are looked at: in memory, within bounds, never on a disk."""

from collections.abc import Callable
from enum import Enum
from io import BytesIO
from threading import Lock
from typing import Any, Self


class Trouble(Enum):
    """Why a file is not there, beside that it could not be cleaned."""

    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    BUSY = "busy"
    """Others have filled the memory that there is for files; a moment later there is some."""
    EMPTY = "empty"
    FULL = "full"
    """Today's budget is used up, or too much waits for its tips."""
    AWAY = "away"
    """The store or the database is away, or the disk is full."""


class Memory:
    """Bytes that all requests of one process may hold together.

    They are counted as they come: who announces much and sends it slowly holds nothing up.
    """

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._lock = Lock()

    def take(self, count: int) -> bool:
        with self._lock:
            if count > self._room:
                return False
            self._room -= count
            return True

    def give_back(self, count: int) -> None:
        with self._lock:
            self._room += count


class FileBuffer(BytesIO):
    """One file's bytes. Once there is trouble, what was held is let go, and so is what comes."""

    def __init__(
        self, admit: Callable[[int], Trouble | None], let_go: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._admit, self._let_go = admit, let_go
        self.trouble: Trouble | None = admit(0)

    def write(self, data: Any) -> int:
        self.trouble = self.trouble or self._admit(len(data))
        if self.trouble is None:
            return super().write(data)
        if held := self.seek(0, 2):
            self.seek(0)
            self.truncate()
            self._let_go(held)
        return len(data)


class FileBuffers:
    """The files of one request."""

    def __init__(self, memory: Memory, *, most_files: int, most_bytes: int) -> None:
        self._memory = memory
        self._files_left = most_files
        self._room = most_bytes
        self._held = 0

    def open(self) -> FileBuffer:
        """Give what the next file is written to."""
        has_place = self._files_left > 0
        self._files_left -= 1
        return FileBuffer(self._admit if has_place else _refuse, self._let_go)

    def _admit(self, count: int) -> Trouble | None:
        if count > self._room:
            return Trouble.TOO_BIG
        if not self._memory.take(count):
            return Trouble.BUSY
        self._room -= count
        self._held += count
        return None

    def _let_go(self, count: int) -> None:
        self._room += count
        self._held -= count
        self._memory.give_back(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._memory.give_back(self._held)
        self._held = 0


def _refuse(_count: int) -> Trouble:
    return Trouble.TOO_MANY
