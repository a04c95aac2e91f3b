"""Work that one process of all nodes does at a time: who has its lock leads it.

Nobody is elected for longer than one turn. On PostgreSQL the lock is an advisory one of a
connection that does nothing else: it ends with its process, and where a machine fell silent, after
`GONE_SECONDS`. What was done stands in the database: whoever leads next goes on there.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

ASK_SECONDS: Final = 2.0
"""How often who waits asks whether the work is free."""
GONE_SECONDS: Final = 25
"""Seconds after which PostgreSQL gives up a machine that says nothing, and its lock is free."""
# Asked of the server, for this connection: of our own side a machine without power closes nothing.
_SILENCE: Final = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{GONE_SECONDS}s",
}
_TAKE: Final = text("SELECT pg_try_advisory_lock(:key)")
_STANDS: Final = text("SELECT 1")


class Work(Enum):
    """What is led, and the number of its lock: any, the same on all nodes."""

    SWEEP = 4_181_022_701
    LETTERS = 4_181_022_702


class LeadLost(Exception):
    """The lock went with its connection: another may lead by now, and this one must stop."""


class Leader:
    """One who leads, until its block ends or its lock is lost."""

    def __init__(self, stands: Callable[[], bool]) -> None:
        self._stands = stands

    def go_on(self) -> None:
        """See that the lock is still held, before the next step. Raises `LeadLost`."""
        if not self._stands():
            raise LeadLost


@contextmanager
def lead(engine: Engine, work: Work) -> Iterator[Leader | None]:
    """Lead a work within the block; None where somebody else leads it now."""
    with _candidate(engine, work) as (take, leader):
        yield leader if take() else None


@contextmanager
def lead_in_turn(engine: Engine, work: Work, seconds: float = ASK_SECONDS) -> Iterator[Leader]:
    """Do the same, but wait until whoever leads has come to an end, or is dead."""
    with _candidate(engine, work) as (take, leader):
        while not take():
            time.sleep(seconds)
        yield leader


_Candidate = tuple[Callable[[], bool], Leader]


def _candidate(engine: Engine, work: Work) -> AbstractContextManager[_Candidate]:
    if engine.dialect.name == "postgresql":
        return _by_connection(engine, work)
    return _by_file(Path(engine.url.database or ""), work)


@contextmanager
def _by_connection(engine: Engine, work: Work) -> Iterator[_Candidate]:
    # None of the pool's: it must end when this block does, whatever becomes of it.
    own = create_engine(
        engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
    )
    with closing(own.connect()) as connection:
        for name, value in _SILENCE.items():
            connection.exec_driver_sql(f"SET {name} = '{value}'")
        yield (
            lambda: bool(connection.scalar(_TAKE, {"key": work.value})),
            Leader(lambda: _stands(connection)),
        )


def _stands(connection: Connection) -> bool:
    try:
        return bool(connection.scalar(_STANDS))
    except DBAPIError:
        return False


@contextmanager
def _by_file(database: Path, work: Work) -> Iterator[_Candidate]:
    """Lead by a lock on a file beside the database, which the kernel ends with the process."""
    place = database.with_suffix(f".{work.name.lower()}.lock")
    file = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lambda: _lock(file), Leader(lambda: True)
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
