"""One moment of the database, held still for as long as a backup reads it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from ..config import Config
from ..db.postgresql import unbounded
from .rows import LEFT_OUT

_FOLDER = "backup.tmp"


@contextmanager
def snapshot(config: Config, engine: Engine) -> Iterator[Connection]:
    """Open the database as it stands now; writers go on meanwhile."""
    if engine.dialect.name == "sqlite":
        with _sqlite(config) as connection:
            yield connection
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        unbounded(connection)
        yield connection


@contextmanager
def _sqlite(config: Config) -> Iterator[Connection]:
    """Read from a copy: a reader of the database itself would hold its journal for so long."""
    folder = config.data / _FOLDER
    # What a process that was killed left here; the caller holds the lock of backups.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        copy = folder / "copy.sqlite3"
        _copy(Path(make_url(config.database_url).database or ""), copy)
        engine = create_engine(f"sqlite:///{copy.as_posix()}")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source, timeout=60)) as connection:
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        # The days' keys must not outlive their day in blocks of the disk that a deleted file
        # gave back: they are overwritten where they stand. The copy needs no journal.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA secure_delete=ON")
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for name in there & set(LEFT_OUT):
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 (names of our own)
