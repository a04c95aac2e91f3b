"""Lets one move at a time touch a place, from whichever machine it is started.

A second one could remove from a place that has just been opened what came in there since.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ..db.pooling import refuse_shared
from .places import Place

_LOCK: Final = 0x6D6F7665
"""The number of the lock in PostgreSQL; each database has its own."""
_FILE: Final = "move.lock"
_TRY: Final = text("SELECT pg_try_advisory_lock(:number)")
_LET_GO: Final = text("SELECT pg_advisory_unlock(:number)")


class Busy(Exception):
    """Another move is at work on one of the places."""


@contextmanager
def alone(*places: Place) -> Iterator[None]:
    """Hold all places until this one is done. Raises `Busy`, and `ConfigError` where none holds."""
    with ExitStack() as held:
        folders = {place.database_file.parent for place in places if place.database_file}
        folders |= {places[0].config.data}
        for folder in sorted(folders):
            held.enter_context(_folder_alone(folder))
        for place in places:
            if place.database_file is None:
                held.enter_context(_database_alone(place))
        yield


@contextmanager
def _folder_alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Busy from None
    finally:
        os.close(handle)


@contextmanager
def _database_alone(place: Place) -> Iterator[None]:
    refuse_shared(place.config)
    # A connection of its own: it is held for hours, and no pool may hand it on.
    engine = create_engine(
        place.config.database_url, hide_parameters=True, isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            if not connection.execute(_TRY, {"number": _LOCK}).scalar_one():
                raise Busy
            try:
                yield
            finally:
                # The server may take a while to see that a connection ended; one that is gone
                # holds nothing any more.
                with suppress(DBAPIError):
                    connection.execute(_LET_GO, {"number": _LOCK})
    finally:
        engine.dispose()
