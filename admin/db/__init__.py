"""The database: a write engine, a read engine, and the lock between writers.

SQLite gets one writer at a time. `BEGIN IMMEDIATE` under a thread lock and a file lock makes
writers queue instead of failing: deferred read-then-write failed 85-90 % of the time under several
writers, and the locks brought the p95 from 326 to 25 ms (design.md section 6, measured). Readers
use an engine of their own, so that a read never waits behind a writer.
"""

from collections.abc import Callable
from datetime import date, datetime
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, has_request_context, request
from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from .. import clock
from ..config import Config
from ..shutters.shut import tell_closed
from . import bounded, logins, postgresql, replica, sqlite
from .logins import Login, is_desk_path
from .replica import LISTS, Replica
from .sqlite import WriteLock as WriteLock
from .sqlite import forget_deleted as forget_deleted

SHANGHAI = ZoneInfo("Asia/Shanghai")
READ = "read"
_LOGIN = "dengshao.database_login"
_REPLICA = "dengshao.replica"
T = TypeVar("T")


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
        name = name if name == LISTS else self._login().engine(name)
        sessions: dict[str, Session] = g.setdefault("_sqlalchemy_sessions", {})
        if name not in sessions:
            sessions[name] = self.sessionmaker(bind=self.get_engine(name))
        return sessions[name]

    def ask_for(self, view: Any) -> None:
        """Ask from now on, in this request, as the login of a view's package.

        Before, a page of staff asks as the desk: who is signed in, and what they may.
        """
        request.environ[_LOGIN] = logins.of_module(view.__module__)

    def _login(self) -> Login:
        if not current_app.config["DATABASE_LOGINS"] or not has_request_context():
            return Login.WORK
        if _LOGIN not in request.environ:
            view = current_app.view_functions.get(request.endpoint or "")
            found = logins.of_module(view.__module__ if view else "admin.web")
            is_public = found in (Login.INTAKE, Login.MAILBOX) and not is_desk_path(request.path)
            request.environ[_LOGIN] = found if is_public else Login.DESK
        login: Login = request.environ[_LOGIN]
        return login

    @property
    def reading(self) -> Session:
        """The session for pages that change nothing. Never waits for a writer."""
        return self.get_session(READ)

    def try_reading(self, work: Callable[[Session], T]) -> T:
        """Read what the caller can do without for a moment.

        Raises `SQLAlchemyError`; this request's session may be asked again all the same.
        """
        try:
            return work(self.reading)
        except SQLAlchemyError:
            self.reading.rollback()
            raise

    def forget_deleted(self) -> bool:
        """Empty SQLite's journal of deleted bytes: `sqlite.forget_deleted`.

        What this request itself has read would keep it from that, and make it wait ten seconds.
        """
        self.reading.close()
        return sqlite.forget_deleted(self.engine)

    @property
    def replica(self) -> Replica | None:
        """What this process knows of the replica, where one is configured."""
        found: Replica | None = current_app.extensions.get(_REPLICA)
        return found

    def listed(self, work: Callable[[Session], T], *, seconds: float | None = None) -> T:
        """Read a list of the desk: from the replica where there is one and it has all, else here.

        For what shows rows and counts, and for nothing by which anybody is let in or a tip opened.
        `work` may be done twice. `seconds` bounds what it may take at the replica.
        """
        if self.replica is None:
            return work(self.reading)
        there = self.get_session(LISTS)
        return self.replica.read(work, there=there, primary=self.reading, seconds=seconds)

    def dispose(self) -> None:
        """Close every idle connection of this application; each session opens its own anew."""
        for engine in self.engines.values():
            engine.dispose()


db = Database(session_options={"autoflush": False})


def init_db(app: Flask, config: Config) -> None:
    """Create both engines and register the sessions on the application."""
    url = make_url(config.database_url)
    app.config["DATABASE_LOGINS"] = config.database_logins
    if url.get_backend_name() == "sqlite":
        _init_sqlite(app, url)
        return
    engines = _engines(url)
    for login in filter(None, Login) if config.database_logins else ():
        own = _engines(logins.address(url, config.database_logins, login))
        engines |= {login.engine(name): made | logins.POOL for name, made in own.items()}
    if config.database_replica:
        engines[LISTS] = replica.options(config)
        app.extensions[_REPLICA] = Replica()
    _register(app, engines)
    with app.app_context():
        for engine in db.engines.values():
            postgresql.ask_after_rest(engine)
            bounded.be_bounded(engine, postgresql.statement_seconds(engine.url))


def _engines(url: URL) -> dict[str, dict[str, Any]]:
    return {
        "default": postgresql.options(url),
        READ: postgresql.options(url, is_reader=True),
    }


def _init_sqlite(app: Flask, url: URL) -> None:
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"url": url, "hide_parameters": True}
    _register(app, {"default": options, READ: dict(options)})
    with app.app_context():
        sqlite.set_up_writer(db.engine, sqlite.WriteLock(path.with_suffix(".lock")))
        sqlite.set_up_reader(db.get_engine(READ))


def _register(app: Flask, engines: dict[str, dict[str, Any]]) -> None:
    app.config["SQLALCHEMY_ENGINES"] = engines
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            tell_closed(engine)


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
