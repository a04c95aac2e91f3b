"""Brings the database to the newest form; nothing else does, and nobody unasked."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


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
    """Run the migrations that are missing, in one transaction; a no-op where none is."""
    with engine.begin() as connection:
        migrate_within(connection, revision)


def migrate_within(connection: Connection, revision: str = "head") -> None:
    """Do the same inside a transaction that the caller holds."""
    config = alembic_config()
    config.attributes["connection"] = connection
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
