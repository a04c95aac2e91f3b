"""SQLite: the lock between its writers, and how its connections are set up."""

import fcntl
import os
import threading
import weakref
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event


class WriteLock:
    """Lets one writer in at a time: among the threads of this process, then among processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.Lock()
        self._file: int | None = None
        self._pid = 0

    def acquire(self) -> None:
        self._thread.acquire()
        try:
            self._lock_file()
        except OSError:
            # No file to be had: this writer fails, but the next must not wait for it forever.
            self._thread.release()
            raise

    def _lock_file(self) -> None:
        # A file opened before a fork shares its lock with the parent: open it anew.
        if self._file is None or self._pid != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._pid = os.getpid()
            weakref.finalize(self, os.close, self._file)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()


def set_up_writer(engine: Engine, lock: WriteLock) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # SQLAlchemy's begin event starts transactions; the driver must not start its own.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA busy_timeout=10000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        lock.acquire()
        connection.info["has_write_lock"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    # The pool takes the connection back after commit or rollback, whatever happened before.
    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: Any) -> None:
        if record.info.pop("has_write_lock", False):
            lock.release()


def set_up_reader(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def forget_deleted(engine: Engine) -> bool:
    """Empty SQLite's journal, so that no deleted byte stays in it; False where a reader is in it.

    The caller tries again at its next turn. PostgreSQL keeps no such journal of contents for long.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        is_busy, _frames, _checkpointed = cursor.execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        ).fetchone()
        cursor.close()
    return not is_busy
