"""Brings the database to the newest form; nothing else does, and nobody unasked.

On PostgreSQL others may work meanwhile. Who waits for a table's lock stands in a line, and all who
come later wait behind: hence a step waits for one second, steps back, and tries again.

Programs of the version before may work meanwhile, and after it: each step says which, and the
database remembers it (decision 109).
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

LOCK_SECONDS: Final = 1
"""How long a step waits for a lock, and the others behind it."""
SHORT_WAIT: Final = f"SET lock_timeout = '{LOCK_SECONDS}s'"
PAUSE_SECONDS: Final = 3.0
TRIES: Final = 60
"""With the waits and pauses about four minutes."""

SERVES_FROM: Final = "schema_serves_from"
"""The setting that says which programs may serve this database, beside those that know its form.

Of the very database that it stands in: no backup and no move takes it along.
"""
_READ: Final = text("SELECT value FROM setting WHERE name = :name")
_FORGET: Final = text("DELETE FROM setting WHERE name = :name")
_WRITE: Final = text("INSERT INTO setting (name, value) VALUES (:name, :value)")

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
        """Of the process that is longest in its transaction; None: this login sees nobody's."""
        self.seconds = seconds


class AnotherMigrates(Blocked):
    """Another migration is at work; this one has done nothing."""


@dataclass(frozen=True)
class Step:
    revision: str
    words: str
    """What it adds, as its file tells operators: its `told`."""
    serves_from: str
    """Programs that know this step, though no later one, may go on when it is done.

    As its file says, `serves_from`; where that says nothing: those alone that know the step itself.
    """
    forgotten: Mapping[str, str] = field(default_factory=dict)
    """What it drops, and since which step no program asks for it: its file's `forgotten`."""


@dataclass(frozen=True)
class Form:
    """The form of a database beside the newest that this code knows."""

    current: str | None
    missing: tuple[Step, ...]
    """The steps that lead to the newest, the oldest first."""
    is_unknown: bool
    """Made by a newer program."""
    lets_us: bool = False
    """Made by a newer program, which says that this one may serve it as well."""

    @property
    def is_newest(self) -> bool:
        return not self.missing and not self.is_unknown

    @property
    def may_serve(self) -> bool:
        """Whether this program may take tips and show pages from the database: the one rule."""
        return self.is_newest or self.lets_us

    @property
    def spares_ours(self) -> bool:
        """Whether programs that know the present form, and no later one, may go on behind it all.

        Told before anything is done: the others must be stopped first where it is not so.
        """
        known = [step.revision for step in read_steps()]
        froms = (known.index(step.serves_from) for step in self.missing)
        return self.current in known and max(froms, default=0) <= known.index(self.current)

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
    raise AnotherMigrates


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
        return form_of(connection, read_steps())


def form_of(connection: Connection, steps: Sequence[Step]) -> Form:
    """Do the same with a connection, for who has read already what steps this code knows."""
    current = MigrationContext.configure(connection).get_current_revision()
    known = [step.revision for step in steps]
    if current is None:
        return Form(None, tuple(steps), is_unknown=False)
    if current not in known:
        lets_us = _told_from(connection, current) in known
        return Form(current, (), is_unknown=True, lets_us=lets_us)
    return Form(current, tuple(steps[known.index(current) + 1 :]), is_unknown=False)


def _told_from(connection: Connection, current: str) -> str | None:
    """Read which step a program must know to serve this form; None where nothing says it.

    Nothing says it either where the line is of another form: whoever wrote that knew no such line.
    """
    if not inspect(connection).has_table("setting"):
        return None
    told = connection.scalar(_READ, {"name": SERVES_FROM})
    form, _, serves_from = str(told or "").partition(" ")
    return serves_from if form == current else None


def remember_serving(connection: Connection, steps: Sequence[Step], heads: Collection[str]) -> None:
    """Keep beside a form that was just reached which programs may serve it. The caller commits."""
    for form in heads:
        serves_from = oldest_served(steps, form)
        if serves_from != form:
            connection.execute(_FORGET, {"name": SERVES_FROM})
            connection.execute(_WRITE, {"name": SERVES_FROM, "value": f"{form} {serves_from}"})


def oldest_served(steps: Sequence[Step], form: str) -> str:
    """Tell which step a program must know to serve a form: the latest that any step up to it names.

    A step that lets older programs go on gives them nothing back that one before has taken.
    """
    known = [step.revision for step in steps]
    upto = steps[: known.index(form) + 1]
    return max((step.serves_from for step in upto), key=known.index)


def read_steps() -> list[Step]:
    """List the steps that this code knows, the oldest first."""
    return steps_of(ScriptDirectory.from_config(alembic_config()))


def steps_of(script: ScriptDirectory) -> list[Step]:
    """Do the same from a folder of migrations that was read already."""
    return [
        Step(
            found.revision,
            found.module.told,
            getattr(found.module, "serves_from", found.revision),
            getattr(found.module, "forgotten", {}),
        )
        for found in script.walk_revisions()
    ][::-1]


def known_revisions() -> list[str]:
    """List the revisions that this code knows, the newest first."""
    return [step.revision for step in read_steps()][::-1]
