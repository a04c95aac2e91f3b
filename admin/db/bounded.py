"""Connections that are given up at a moment of ours, whatever the server behind them does.

libpq waits two seconds for a connection at least, looks a name up for as long as that takes, and
waits for a statement's answer for ever: a server that was stopped, or waits for its disk, keeps
its lines open and says nothing, and the bounds that it was told are its own to keep. `within`
bounds all of that for what is done inside of it. Outside of it an answer is waited for as long as
the server may take for a statement or a commit, and `GRACE_SECONDS` longer.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event

from . import commits

GRACE_SECONDS = 10.0
"""How much longer a server has than its own bounds allow: who ended a statement says so."""
_TURN: Final = 0.02
"""Seconds after which a wait looks at the clock."""
_LONG_TURN: Final = 0.5


class _Bound(threading.local):
    until: float | None = None

    @property
    def left(self) -> float | None:
        return None if self.until is None else max(0.0, self.until - time.monotonic())


_bound: Final = _Bound()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give up all that this thread asks of a bounded engine once `seconds` are over."""
    before, until = _bound.until, time.monotonic() + seconds
    _bound.until = until if before is None else min(before, until)
    try:
        yield
    finally:
        _bound.until = before


def be_bounded(engine: Engine, statement_seconds: float | None = None) -> None:
    """Let an engine's connections heed `within`, and outside of it their server's own bounds.

    `statement_seconds` is how long that was told to let a statement take; None sets no bound.
    """

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
        made = _in_time(lambda: Bounded.connect(*cargs, **cparams))
        made.statement_seconds = statement_seconds
        return made


class Bounded(psycopg.Connection[Any]):
    """A connection whose every wait ends when this thread's bound does, or the server's is past."""

    statement_seconds: float | None = None
    has_time = False
    """The server was told that this transaction may take as long as it needs."""

    def wait(self, gen: Any, interval: float = _TURN) -> Any:  # type: ignore[override]
        if _bound.until is not None:
            return super().wait(_timed(gen, self, _bound.until), interval=_TURN)
        if self.has_time or self.statement_seconds is None:
            return super().wait(gen, interval=interval)
        longest = max(self.statement_seconds, commits.COMMIT_SECONDS) + GRACE_SECONDS
        return super().wait(_timed(gen, self, time.monotonic() + longest), interval=_LONG_TURN)


def take_time(connection: Any, *, has_time: bool) -> None:
    """Note of a driver's connection whether its transaction may take as long as it needs."""
    if isinstance(connection, Bounded):
        connection.has_time = has_time


def _timed(steps: Any, connection: psycopg.Connection[Any], until: float) -> Any:
    """Go the same steps; where nothing has come and the time is over, hang up."""
    try:
        wanted = next(steps)
        while True:
            came = yield wanted
            if not came and time.monotonic() > until:
                # Closed, so that the pool takes no connection back in the midst of an answer.
                connection.pgconn.finish()
                raise _late()
            wanted = steps.send(came)
    except StopIteration as end:
        return end.value


def _in_time(connect: Callable[[], Bounded]) -> Bounded:
    """Connect; within a bound in a thread of its own, which closes what comes too late."""
    if _bound.until is None:
        return connect()
    made: Future[Bounded] = Future()
    threading.Thread(target=_make, args=(connect, made), daemon=True).start()
    try:
        return made.result(_bound.left)
    except TimeoutError:
        if made.cancel():
            raise _late() from None
        # It came at this very moment.
        return made.result()


def _make(connect: Callable[[], Bounded], made: Future[Bounded]) -> None:
    try:
        connection = connect()
    except Exception as error:
        if made.set_running_or_notify_cancel():
            made.set_exception(error)
        return
    if made.set_running_or_notify_cancel():
        made.set_result(connection)
    else:
        connection.close()


def _late() -> psycopg.OperationalError:
    return psycopg.OperationalError("no answer in time")
