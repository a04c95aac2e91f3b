"""PostgreSQL: connections that follow the primary, and bounds on what waits there."""

import math
import re
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session

from .bounded import take_time, within
from .commits import commit_kept

RESTED_SECONDS = 1.0
"""Seconds after which a connection is asked whether it still stands."""

PING_SECONDS: Final = 5.0
"""How long it has for its answer: as long as `connect_timeout` gives a host."""

BOUNDS: Final = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "120s",
}
"""How long a statement, its wait for a lock, and a transaction in which nothing happens may last.

Backups, migrations and the sweep have no such bound: see `unbounded`. They still wait for no lock
longer than others do: who waits for a table lets all wait that come later.
"""

LINE: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""Seconds (the last: milliseconds) after which a host that fell silent is given up."""

_READ_ONLY: Final = "25006"
# As PostgreSQL reads them: each blank that is part of a value stands behind a backslash.
_SETTING: Final = re.compile(r"(?<!\S)(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)(?!\S)")
_TIME: Final = re.compile(r"([\d.]+) *(ms|s|min|h|d|)")
_UNITS: Final = {"": 0.001, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_ESCAPED: Final = re.compile(r"\\(.)")
_UNBOUNDED: Final = (
    "SELECT set_config('statement_timeout', '0', true),"
    " set_config('idle_in_transaction_session_timeout', '0', true)"
)


class Careful(PGDialect_psycopg):
    """psycopg's dialect, which tells a commit of one server alone from one that is kept.

    What an address sets by `options` is asked of the session once it stands, in one statement, and
    not as it begins: PgBouncer refuses who begins so, or is told to forget what was asked.
    """

    supports_statement_cache = True

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        args, told = super().create_connect_args(url)  # type: ignore[no-untyped-call]
        left = _SETTING.sub("", told.pop("options", "")).strip()
        return args, told | ({"options": left} if left else {})

    def on_connect_url(self, url: URL) -> Callable[[Any], None]:
        begin = self.on_connect()  # type: ignore[no-untyped-call]
        settings = settings_of(url)

        def begun(connection: psycopg.Connection[Any]) -> None:
            begin(connection)
            _set(connection, settings)

        return begun

    def do_commit(self, dbapi_connection: Any) -> None:
        connection = getattr(dbapi_connection, "driver_connection", dbapi_connection)
        if connection.autocommit:
            return
        commit_kept(connection, connection.commit)

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """Give up all connections of the pool where one leads to a server that only reads now."""
        if isinstance(e, psycopg.Error) and e.sqlstate == _READ_ONLY:
            return True
        return bool(super().is_disconnect(e, connection, cursor))  # type: ignore[no-untyped-call]


def settings_of(url: URL) -> dict[str, str]:
    """Read what an address sets by `options`: the last word on each name is heard."""
    found = _SETTING.findall(str(url.query.get("options", "")))
    return {name.replace("-", "_"): _ESCAPED.sub(r"\1", value) for name, value in found}


def statement_seconds(url: URL) -> float | None:
    """Tell how long a server is told by an address to let a statement take; None is for ever."""
    said = _TIME.fullmatch(settings_of(url).get("statement_timeout", ""))
    return (float(said[1]) * _UNITS[said[2]] if said else 0.0) or None


def _set(connection: psycopg.Connection[Any], settings: dict[str, str]) -> None:
    """Set them for as long as the session stands: what is rolled back later leaves them."""
    if not settings:
        return
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    given = [word for setting in settings.items() for word in setting]
    before = connection.autocommit
    connection.autocommit = True
    try:
        connection.execute(f"SELECT {calls}", given)
    finally:
        connection.autocommit = before


registry.register("postgresql.careful", __name__, "Careful")


def options(url: URL, *, is_reader: bool = False) -> dict[str, Any]:
    """Say how an engine connects: what the setting's address says itself goes before ours."""
    said = [f"-c {name}={value}" for name, value in BOUNDS.items()]
    if is_reader:
        said.append("-c default_transaction_read_only=on")
    said += [str(url.query.get("options", ""))]
    query = LINE | dict(url.query) | {"options": " ".join(said).strip()}
    if is_many(url) and query.get("target_session_attrs", "read-write") == "read-write":
        # Our readers call themselves read-only: "read-write" would find no server for them.
        query["target_session_attrs"] = "primary"
    made: dict[str, Any] = {
        "url": url.set(drivername="postgresql+careful", query=query),
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 10,
    }
    if is_reader:
        # READ COMMITTED sees what is newest at each statement, in a transaction as outside of one:
        # a reader's BEGIN and ROLLBACK are two ways to the server for nothing.
        made["isolation_level"] = "AUTOCOMMIT"
    return made


def is_many(url: URL) -> bool:
    """Tell whether an address names several hosts, of which one writes."""
    hosts = url.query.get("host", ())
    return "," in hosts if isinstance(hosts, str) else len(hosts) > 1


def unbounded(connection: Connection) -> None:
    """Let this transaction take as long as it needs: a backup, a migration."""
    if connection.dialect.name == "postgresql":
        take_time(connection.connection.driver_connection, has_time=True)
        connection.exec_driver_sql(_UNBOUNDED)


def be_unbounded(session: Session) -> None:
    """Let each transaction of a session take as long as it needs, as the sweep's must.

    It looks through all tips, and folds all counts, at once: stopped at the same place each hour it
    would delete nothing any more.
    """

    @event.listens_for(session, "after_begin")
    def _begun(_session: Any, _transaction: Any, connection: Connection) -> None:
        unbounded(connection)


def ask_after_rest(engine: Engine) -> None:
    """Ask a connection whether it still stands before it is used, where it rested for a second.

    SQLAlchemy's own `pool_pre_ping` asks each time: a fifth of what a page of the queue takes.
    """

    @event.listens_for(engine, "checkin")
    def _checkin(connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()
        take_time(connection, has_time=False)

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED_SECONDS:
            return
        try:
            with within(PING_SECONDS):
                stands = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            stands = False
        if not stands:
            # The pool closes it and opens another in its place, and so with all that rested.
            raise InvalidatePoolError
