"""Commits that are worth an answer: kept by the synchronous standby, or told to have failed.

PostgreSQL waits at a commit for its synchronous standby without any bound: statement_timeout does
not hold there. Whoever cancels that wait gets a warning and a commit that stands on one server
alone. Here the wait has a bound, and such a commit is an error: the reporter is told to send again,
and `confirm_earlier` lets no retry be answered 收到 before the standby has the first.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg.errors import Diagnostic
from sqlalchemy import text
from sqlalchemy.orm import Session

COMMIT_SECONDS = 20.0
"""How long a commit waits for a standby before the press is told to come again."""
_TURN: Final = 0.5
_CANCEL_SECONDS: Final = 3.0


class NotKept(psycopg.OperationalError):
    """The primary alone has it: what waits for the standby gave up before that one answered."""

    sqlstate = "40003"


class _Watch:
    """Cancels commits that wait too long, in one thread of each process that commits."""

    def __init__(self) -> None:
        self._waiting: dict[psycopg.Connection, float] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, connection: psycopg.Connection) -> Iterator[None]:
        with self._lock:
            self._waiting[connection] = time.monotonic() + COMMIT_SECONDS
            # A thread of before a fork is not alive in the child.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="commits", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(connection, None)

    def _look(self) -> None:
        while True:
            time.sleep(_TURN)
            now = time.monotonic()
            with self._lock:
                late = [one for one, until in self._waiting.items() if until < now]
                for connection in late:
                    # Once is enough where it is heard; the next turn asks again where it was not.
                    self._waiting[connection] = now + _CANCEL_SECONDS
            for connection in late:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=_CANCEL_SECONDS)


_watch = _Watch()


def commit_kept(connection: psycopg.Connection, commit: Callable[[], None]) -> None:
    """Commit. Raises `NotKept` where the wait for the standby was ended before it had an answer."""
    told: list[str | None] = []

    def hear(notice: Diagnostic) -> None:
        # Now: what a notice says is gone once the driver has handed it over.
        told.append(notice.severity_nonlocalized)

    connection.add_notice_handler(hear)
    try:
        with _watch.over(connection):
            commit()
    finally:
        connection.remove_notice_handler(hear)
    if "WARNING" in told:
        raise NotKept("the standby has not confirmed")


_MARK = text("SELECT pg_logical_emit_message(true, 'dengshao', '')")


def confirm_earlier(session: Session) -> None:
    """Let this session's commit wait until the standby has all that was committed before, too.

    For an answer that only repeats what an earlier request stored: that one's own wait may have
    been cut off. The caller commits. A mark of no words goes into the journal, and no row.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_MARK)
