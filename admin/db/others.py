"""Whether other programs of this installation are at work on its PostgreSQL database, anywhere."""

import time
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

from .logins import Login

LOOKS: Final = 10
CALM: Final = 3
"""Looks, one after the other, that must find nobody: who begins just now shows in one of them."""
PAUSE_SECONDS: Final = 1.0
# As whom a session asks is seen by every login; what it does, and from where, only by its own.
_COUNT: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND usename = ANY(:names)"
)


class OthersWork(Exception):
    """Others have not left the database in time; `sessions` says how many there are."""

    def __init__(self, sessions: int) -> None:
        super().__init__()
        self.sessions = sessions


def require_alone(connection: Connection, prefix: str) -> None:
    """Look for ten seconds at most until three looks in a row find no session of our logins.

    `prefix` is how their names begin, where each package has one. On SQLite there is one node, and
    its lock tells. Raises `OthersWork`.
    """
    if connection.dialect.name != "postgresql":
        return
    calm, names = 0, sorted(_names(connection, prefix))
    for _ in range(LOOKS):
        found = connection.execute(_COUNT, {"names": names}).scalar_one()
        # A transaction would see again what it saw first.
        connection.rollback()
        calm = 0 if found else calm + 1
        if calm == CALM:
            return
        time.sleep(PAUSE_SECONDS)
    raise OthersWork(found)


def _names(connection: Connection, prefix: str) -> Iterable[str]:
    """Name as whom our programs ask: the address's login, and where there are some, the others."""
    own = connection.execute(text("SELECT current_user")).scalar_one()
    connection.rollback()
    return {own, *(login.named(prefix) for login in Login if prefix)}
