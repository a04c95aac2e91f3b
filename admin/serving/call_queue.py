"""Lets few requests of a process out to its threads at one time; the others wait in queue."""

import time
from collections import deque
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

MOST_CALLED: Final = 2
"""Requests that are called at once: while one has the application, the other reads or writes."""
PASSING_SECONDS: Final = 0.2
"""Seconds after which a called one keeps nobody waiting, whatever it waits for."""

_Request = TypeVar("_Request", bound=Hashable)


class CallQueue(Generic[_Request]):
    """Requests that are here whole, called in the order in which they came.

    A thread that waits for the request lock woke up for it. With sixteen of them a journey took
    2.7 ms of the processor and 550 went through in a second, with two 2.5 ms and 640 (decision 61).
    """

    def __init__(
        self,
        call: Callable[[_Request], object],
        most: int = MOST_CALLED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._most = most
        self._clock = clock
        self._lock = Lock()
        self._waiting: deque[_Request] = deque()
        self._called: dict[_Request, float] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether anybody is in line that was not called."""
        return bool(self._waiting)

    def join(self, request: _Request) -> None:
        """Put a request at the end. It is called at once where there is room."""
        with self._lock:
            self._waiting.append(request)
        self._advance()

    def leave(self, request: _Request) -> None:
        """Let the next one in. Whoever left already, or was never in line, changes nothing."""
        with self._lock:
            was_called = self._called.pop(request, None) is not None
        if was_called:
            self._advance()

    def pass_by(self) -> None:
        """Let others in beside those that take long: their readers are slow, say."""
        since = self._clock() - PASSING_SECONDS
        with self._lock:
            self._called = {one: at for one, at in self._called.items() if at > since}
        self._advance()

    def _advance(self) -> None:
        while (request := self._next()) is not None:
            self._call(request)

    def _next(self) -> _Request | None:
        with self._lock:
            if not self._waiting or len(self._called) >= self._most:
                return None
            request = self._waiting.popleft()
            self._called[request] = self._clock()
            return request
