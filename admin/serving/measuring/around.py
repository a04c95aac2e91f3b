"""Measures each request of a process from outside, as who asked for it has to wait."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, QueuePool, event

from ...logs import OWN
from ...wire.request_lock import MOST_READ
from ..probes import LIVES, READY
from .keeping import HOUR, keep
from .lots import Measured, Pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

QUARTERS: Final = 4


class Watched:
    """A WSGI application whose requests are put into lots."""

    def __init__(
        self, app: "WSGIApplication", data: Path, now: Callable[[], float] = time.time
    ) -> None:
        self._app, self._data, self._now = app, data, now
        self._lock = Lock()
        self._pages = {name: Measured() for name in Pages}
        self._peaks: dict[int, float] = {}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        pages = pages_of(environ)
        if pages is None:
            return self._app(environ, start_response)
        seen: list[str] = []

        def noting(status: str, headers: Any, exc_info: Any = None) -> Any:
            seen.append(status)
            return start_response(status, headers, exc_info)

        began = time.perf_counter()
        try:
            return self._app(environ, noting)
        finally:
            # What was never answered has failed, too.
            is_failed = not seen or seen[-1].startswith("5")
            self._count(pages, time.perf_counter() - began, is_failed=is_failed)

    def _count(self, pages: Pages, seconds: float, *, is_failed: bool) -> None:
        with self._lock:
            hour = self._hour()
            if self._pages[pages].add(seconds, hour, is_failed=is_failed):
                self._keep(hour)

    def watch_pool(self, engine: Engine) -> None:
        """Keep of each hour how many connections were in use at once, in quarters of all."""

        @event.listens_for(engine, "checkout")
        def _checkout(_connection: Any, _record: Any, _proxy: Any) -> None:
            pool = engine.pool
            if isinstance(pool, QueuePool):
                # What may be opened beside the pool's own counts as room.
                room = pool.size() + max(pool._max_overflow, 0)
                self._meet(math.ceil(QUARTERS * pool.checkedout() / room) / QUARTERS)

    def _meet(self, share: float) -> None:
        with self._lock:
            hour = self._hour()
            if share <= self._peaks.get(hour, 0):
                return
            last = {at: peak for at, peak in self._peaks.items() if at == hour - 1}
            self._peaks = {**last, hour: share}
            # One connection is in use whenever anybody asks for anything: that is told with a lot.
            if share > 1 / QUARTERS:
                self._keep(hour)

    def _keep(self, hour: int) -> None:
        try:
            pages = {name: one.hours for name, one in self._pages.items()}
            keep(self._data, pages, self._peaks, hour)
        except OSError as error:
            # Who waits for an answer gets it, whether anything can be measured or not.
            logging.getLogger(OWN).error("measures not kept: %s", type(error).__name__)

    def _hour(self) -> int:
        return int(self._now()) // HOUR


def pages_of(environ: "WSGIEnvironment") -> Pages | None:
    """Tell what kind of page a request is for; None for what is not measured.

    A long body takes as long as its sender's line: what that measures is no matter of the server.
    """
    path, length = environ.get("PATH_INFO", ""), environ.get("CONTENT_LENGTH") or "0"
    is_long = "HTTP_TRANSFER_ENCODING" in environ or not length.isdigit() or int(length) > MOST_READ
    # What machines ask by the clock: lots of these would be no lots of people's requests.
    if path in (LIVES, READY) or is_long:
        return None
    return Pages.DESK if path == "/desk" or path.startswith("/desk/") else Pages.PUBLIC
