"""How many parts of files are taken in at once: the form's words must always find a thread.

A part is read aside of the turns (`admin/wire/request_lock.py`) and lies whole in memory. Where all
places are taken, the sender that has been at it longest gives way, once it has had a fair time; its
browser comes again with the same part.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

PLACES: Final = 8
"""Parts in memory at once, in one process: of 2 MiB each."""
FAIR_SECONDS: Final = 40.0
"""How long a sender is never sent away: 2 MiB in that time are 52 KB/s, a slow telephone."""
_WAIT: Final = 2.0


class NoPlace(Exception):
    """All places are taken by senders who have not had their fair time yet."""


class Connection(Protocol):
    """The connection of a sender."""

    def shutdown(self, how: int, /) -> None: ...


@dataclass(eq=False)
class Sender:
    """Who is being read."""

    line: Connection | None
    since: float
    is_reading: bool = field(default=True)


class PartRoom:
    """The places of one process."""

    def __init__(
        self,
        places: int = PLACES,
        clock: Callable[[], float] = time.monotonic,
        *,
        fair_seconds: float = FAIR_SECONDS,
    ) -> None:
        self._free = threading.Semaphore(places)
        self._lock = threading.Lock()
        self._clock = clock
        self._fair_seconds = fair_seconds
        self._senders: list[Sender] = []

    @contextmanager
    def place(self, line: Connection | None) -> Iterator[Sender]:
        """Hold a place for as long as the block runs. Raises `NoPlace`.

        The block sets `is_reading` to False when the whole part is there: from then on nobody
        takes the place away.
        """
        if not self._free.acquire(blocking=False) and not self._wait_for_slowest():
            raise NoPlace
        sender = Sender(line, self._clock())
        with self._lock:
            self._senders.append(sender)
        try:
            yield sender
        finally:
            with self._lock:
                self._senders.remove(sender)
            self._free.release()

    def _wait_for_slowest(self) -> bool:
        """Cut off who is at it longest, and take the place that is left."""
        with self._lock:
            due = self._clock() - self._fair_seconds
            slow = [one for one in self._senders if one.is_reading and one.since <= due]
            if not slow:
                return False
            _cut(slow[0])
        return self._free.acquire(timeout=_WAIT)


def _cut(sender: Sender) -> None:
    sender.is_reading = False
    if sender.line is None:
        return
    try:
        # Its reader meets the end of the body, as when the line breaks.
        sender.line.shutdown(0)
    except OSError:
        # It went away by itself.
        return
