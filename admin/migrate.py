"""Brings the database to the newest form; nothing else does, and nobody unasked.

On PostgreSQL others may work meanwhile. Who waits for a table's lock stands in a line, and all who
come later wait behind: hence a step waits for one second, steps back, and tries again.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

LOCK_SECONDS: Final = 1
"""How long a step waits for a lock, and the others behind it."""
SHORT_WAIT: Final = f"SET lock_timeout = '{LOCK_SECONDS}s'"
PAUSE_SECONDS: Final = 3.0
TRIES: Final = 60
"""With the waits and pauses about four minutes."""

_ONE_AT_A_TIME: Final = 0x64656E6773686F
"""Of the advisory lock of whoever migrates."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
_OLDEST: Final = text(
    "SELECT pid, extract(epoch FROM now() - xact_start)::bigint FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    " ORDER BY xact_start LIMIT 1"
)


class Blocked(Exception):
    """Others did not let go of a table in time. What steps were done stays done."""

    def __init__(self, pid: int | None = None, seconds: int = 0) -> None:
        super().__init__()
        self.pid = pid
        """Of the server's process that is longest in its transaction; None: another migration."""
        self.seconds = seconds


@dataclass(frozen=True)
class Step:
    revision: str
    words: str
    """What it adds, as its file tells operators: its `told`."""


@dataclass(frozen=True)
class Form:
    """The form of a database beside the newest that this code knows."""

    current: str | None
    missing: tuple[Step, ...]
    """The steps that lead to the newest, the oldest first."""
    is_unknown: bool
    """Made by a newer program."""

    @property
    def is_newest(self) -> bool:
        return not self.missing and not self.is_unknown

    @property
    def is_empty(self) -> bool:
        return self.current is None


def alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing; a no-op where none is.

    On SQLite in one transaction, on PostgreSQL each in one of its own. Raises `Blocked`.
    """
    if engine.dialect.name == "postgresql":
        with _alone(engine) as connection:
            _by_steps(connection, revision)
        return
    with engine.begin() as connection:
        migrate_within(connection, revision)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection that waits for no lock for long, while nobody else migrates."""
    with closing(engine.connect()) as connection:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET {name} = 0")
        try:
            _take_turn(connection)
            connection.commit()
            yield connection
        finally:
            # Never handed to others: what was set here, and the turn, hold as long as it stands.
            connection.invalidate()


def _take_turn(connection: Connection) -> None:
    # Asked again and again: who waits in one statement holds up an index that is being made.
    taken = text("SELECT pg_try_advisory_lock(:key)")
    for _ in range(TRIES):
        if connection.scalar(taken, {"key": _ONE_AT_A_TIME}):
            return
        connection.commit()
        time.sleep(PAUSE_SECONDS)
    raise Blocked


def _by_steps(connection: Connection, revision: str) -> None:
    for last in range(TRIES - 1, -1, -1):
        try:
            connection.exec_driver_sql(SHORT_WAIT)
            connection.commit()
            _upgrade(connection, revision, by_steps=True)
            return
        except OperationalError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            if not last:
                oldest = connection.execute(_OLDEST).first()
                raise Blocked(*(oldest or ())) from None
        time.sleep(PAUSE_SECONDS)


def migrate_within(connection: Connection, revision: str = "head") -> None:
    """Do the same inside a transaction that the caller holds."""
    _upgrade(connection, revision, by_steps=False)


def _upgrade(connection: Connection, revision: str, *, by_steps: bool) -> None:
    config = alembic_config()
    config.attributes |= {"connection": connection, "by_steps": by_steps}
    command.upgrade(config, revision)


def read_form(engine: Engine) -> Form:
    """Look at the form of a database, and change nothing in it."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    steps = read_steps()
    known = [step.revision for step in steps]
    if current is None:
        return Form(None, tuple(steps), is_unknown=False)
    if current not in known:
        return Form(current, (), is_unknown=True)
    return Form(current, tuple(steps[known.index(current) + 1 :]), is_unknown=False)


def read_steps() -> list[Step]:
    """List the steps that this code knows, the oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [Step(found.revision, found.module.told) for found in script.walk_revisions()][::-1]


def known_revisions() -> list[str]:
    """List the revisions that this code knows, the newest first."""
    return [step.revision for step in read_steps()][::-1]
