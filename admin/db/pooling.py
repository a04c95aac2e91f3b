"""Whether a connection has a session of PostgreSQL to itself, or a pooler lends it to others.

Who leads a work holds a lock of its session, a migration sets what its session waits for, and each
connection sets its bounds. Behind a pooler that lends a session anew for each transaction all of
that goes to others in silence: two nodes lead at once. One that lends a session on, and does not
clear it between two connections, keeps the lock of who is gone.
"""

import secrets
import time
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from ..config import Config, ConfigError
from .postgresql import is_many, options

END_SECONDS = 2.0
"""How long the lock of a connection that a pooler was told to close may last: milliseconds do.

Less than the `server_idle_timeout` of the operators' page, after which an idle session ends anyway.
"""
ROUNDS: Final = 20
"""How often two connections ask in turns in which session they are.

An idle pooler lends the session that was free last, and shows in the first round. One at work may
lend another: its locks tell, as long as it leaves its sessions open.
"""
_TURN: Final = 0.05
_NO_TRANSACTION: Final = "08P01"
"""What PgBouncer answers to BEGIN where it lends a session for one statement only."""
_PID: Final = text("SELECT pg_backend_pid()")
_TAKE: Final = text("SELECT pg_advisory_lock(:key)")
# Of both halves of a lock's number, as PostgreSQL shows them.
_HELD_BY: Final = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
    " AND (classid::bigint << 32 | objid::bigint) = :key"
)


class Pooling(StrEnum):
    NONE = "none"
    """Nobody stands between: the server itself answers."""
    KEPT = "kept"
    """A pooler that lends a session to one connection, clears it, and then to the next."""
    SHARED = "shared"
    """A session goes to others while the connection stands."""
    LEFT = "left"
    """A session outlives its connection, with the locks that were taken."""
    BLIND = "blind"
    """The address names several servers, and a pooler answers for each.

    PgBouncer 1.24 says for good of a server what it was once, the primary or a standby: seen at a
    failover.
    """


_TODO: Final = "请把 pool_mode 写成 session、server_reset_query 写成 DISCARD ALL，或者不经过连接池"
REFUSED: Final = {
    Pooling.SHARED: ("几个连接轮流用一个会话，两个进程会同时做一件事", _TODO),
    Pooling.LEFT: ("连接断了，锁还留着，后来的做不了清理", _TODO),
    Pooling.BLIND: (
        "地址里又写了几台，换了主备会找不到主机",
        "请直接写 PostgreSQL 的地址，不经过连接池，或者只写一个地址",
    ),
}
"""What is wrong behind a pooler, and what to do."""


def look(config: Config) -> Pooling | None:
    """See it by connections of its own; None on SQLite."""
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        return None
    engine = create_engine(
        options(url)["url"], poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
    )
    try:
        return look_by(engine, is_many=is_many(url))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_TRANSACTION:
            raise
        return Pooling.SHARED


def look_by(engine: Engine, *, is_many: bool = False) -> Pooling:
    """See it by two connections of an engine, which must be closed where that one closes them."""
    with engine.connect() as first:
        with engine.connect() as second:
            pids, keys = _pids(first, second), (_take(first), _take(second))
            if not _are_apart(first, second, pids, keys):
                return Pooling.SHARED
            if pids == (_answerer(first), _answerer(second)):
                return Pooling.NONE
        if not _ends(first, keys[1]):
            return Pooling.LEFT
        if (_holder(first, keys[0]), first.scalar(_PID)) != (pids[0], pids[0]):
            return Pooling.SHARED
    return Pooling.BLIND if is_many else Pooling.KEPT


def refuse_shared(config: Config) -> None:
    """Stop a start in production where sessions are not a connection's own.

    Raises `ConfigError` with a sentence that says what to do.
    """
    found = look(config) if config.production else None
    if found in REFUSED:
        fault, todo = REFUSED[found]
        raise ConfigError(f"数据库前面有连接池，{fault}。{todo}，再做一次。")


def _pids(first: Connection, second: Connection) -> tuple[int, int]:
    return first.scalar(_PID) or 0, second.scalar(_PID) or 0


def _take(connection: Connection) -> int:
    """Take a lock of the session that nobody else wants."""
    key = secrets.randbits(62)
    connection.execute(_TAKE, {"key": key})
    return key


def _holder(connection: Connection, key: int) -> int | None:
    found: int | None = connection.scalar(_HELD_BY, {"key": key})
    return found


def _are_apart(
    first: Connection, second: Connection, pids: tuple[int, int], keys: tuple[int, int]
) -> bool:
    """Tell whether both are, turn by turn, where they began, each with its lock."""
    if pids[0] == pids[1] or any(_pids(first, second) != pids for _ in range(ROUNDS)):
        return False
    return (_holder(second, keys[0]), _holder(first, keys[1])) == pids


def _ends(connection: Connection, key: int) -> bool:
    """Wait for the end of a lock whose connection was closed; False where it lasts."""
    until = time.monotonic() + END_SECONDS
    while _holder(connection, key) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(_TURN)
    return True


def _answerer(connection: Connection) -> int:
    """Say which process called itself the session's when the connection was made.

    A pooler calls itself by a number of its own: there is no session yet.
    """
    driver = connection.connection.driver_connection
    return int(driver.info.backend_pid) if driver else 0
