"""Brings the database to the newest form."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


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


def known_revisions() -> list[str]:
    """List the revisions that this code knows, the newest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [found.revision for found in script.walk_revisions()]
