"""The database: a write engine, a read engine, and the lock between writers.

SQLite gets one writer at a time. `BEGIN IMMEDIATE` under a thread lock and a file lock makes
writers queue instead of failing: deferred read-then-write failed 85-90 % of the time under several
writers, and the locks brought the p95 from 326 to 25 ms (design.md section 6, measured). Readers
use an engine of their own, so that a read never waits behind a writer.
"""

import fcntl
import math
import os
import threading
import time
import weakref
from datetime import date, datetime
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, SessionTransaction

from . import clock
from .config import Config

SHANGHAI = ZoneInfo("Asia/Shanghai")
READ = "read"
RESTED_SECONDS = 1.0
"""Seconds after which a connection is asked whether it still stands."""


class Database(SQLAlchemy):
    """Flask-SQLAlchemy-Lite with a second session per request that can only read."""

    def init_app(self, app: App) -> None:
        """Register on the application, without the extension's closer of async sessions.

        There are none here, and that closer starts a thread and an event loop at every request
        (1.1 ms of a tip's 2.5 were its).
        """
        super().init_app(app)
        app.teardown_appcontext_funcs[:] = [
            closer for closer in app.teardown_appcontext_funcs if not iscoroutinefunction(closer)
        ]

    def get_session(self, name: str = "default") -> Session:
        """Get this request's session for an engine; both are closed when the request ends."""
        sessions: dict[str, Session] = g.setdefault("_sqlalchemy_sessions", {})
        if name not in sessions:
            sessions[name] = self.sessionmaker(bind=self.get_engine(name))
        return sessions[name]

    @property
    def reading(self) -> Session:
        """The session for pages that change nothing. Never waits for a writer."""
        return self.get_session(READ)

    def dispose(self) -> None:
        """Close every idle connection of this application; each session opens its own anew."""
        for engine in self.engines.values():
            engine.dispose()


db = Database(session_options={"autoflush": False})


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


def init_db(app: Flask, config: Config) -> None:
    """Create both engines and register the sessions on the application."""
    options: dict[str, Any] = {"url": config.database_url, "hide_parameters": True}
    url = make_url(config.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    else:
        options |= {"pool_size": 10, "max_overflow": 10}
    reading = dict(options)
    if not is_sqlite:
        reading["connect_args"] = {"options": "-c default_transaction_read_only=on"}
        # READ COMMITTED sees what is newest at each statement, in a transaction as outside of one:
        # a reader's BEGIN and ROLLBACK are two ways to the server for nothing.
        reading["isolation_level"] = "AUTOCOMMIT"
    app.config["SQLALCHEMY_ENGINES"] = {"default": options, READ: reading}
    db.init_app(app)
    with app.app_context():
        if is_sqlite:
            path = Path(url.database or "")
            _set_up_sqlite_writer(db.engine, WriteLock(path.with_suffix(".lock")))
            _set_up_sqlite_reader(db.get_engine(READ))
        else:
            for engine in db.engines.values():
                _ask_after_rest(engine)


def _set_up_sqlite_writer(engine: Engine, lock: WriteLock) -> None:
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


def _set_up_sqlite_reader(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _ask_after_rest(engine: Engine) -> None:
    """Ask a connection whether it still stands before it is used, where it rested for a second.

    SQLAlchemy's own `pool_pre_ping` asks each time: a fifth of what a page of the queue takes.
    """

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED_SECONDS:
            return
        try:
            stands = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            stands = False
        if not stands:
            # The pool closes it and opens another in its place.
            raise DisconnectionError


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


def innermost(session: Session) -> SessionTransaction | None:
    """Get the savepoint, or the transaction, in which a session is now."""
    return session.get_nested_transaction() or session.get_transaction()


def is_within(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    """Tell whether a savepoint or transaction is another one, or lies in it."""
    while inner is not None and inner is not outer:
        inner = inner.parent
    return inner is outer


class _Calendar:
    """The day that a walk through a year has come to; none outside of such a walk."""

    day: date | None = None


def changed_rows(result: object) -> int:
    """Tell how many rows a statement changed."""
    # Only results of statements that change something know it, and their type is not told.
    return int(getattr(result, "rowcount", 0))


def today() -> date:
    """Get the day in Asia/Shanghai, the only kind of day that this software writes down."""
    return _Calendar.day or datetime.fromtimestamp(clock.now(), SHANGHAI).date()


def set_today(day: date | None) -> None:
    """Let `today` say another day in this whole process, or the true one again (None).

    For a rehearsal that walks through months, and for tests. Nothing else may call it: no setting
    and no page leads here.
    """
    _Calendar.day = day
