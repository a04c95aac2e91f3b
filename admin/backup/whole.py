"""The database as it stands, to the last row, for as long as an upgrade needs to find its way back.

No backup: it lies on the machine itself, opens with the server's secret, and holds what a backup
leaves out, so that a form that somebody has open is still good after a step back. It is destroyed
when the upgrade is through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Engine, MetaData, create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from ..config import Config
from ..db import grants, today
from ..migrate import known_revisions, migrate_within
from ..sealing.age import HybridIdentity, Identity, Writer
from .archive import ArchiveWriter, Manifest, Opened
from .checking import Inspection
from .making import mac_of, only_value
from .replaying import Replay
from .restoring import Damaged, Loader, OtherSecret, TooNew, check, target
from .rows import read_rows, reflect

__all__ = ["Damaged", "OtherSecret", "TooNew", "own_identity", "put_back", "write_whole"]

_FUNCTIONS: Final = """
SELECT proc.oid::regprocedure::text FROM pg_proc AS proc
JOIN pg_namespace AS space ON space.oid = proc.pronamespace
WHERE space.nspname = current_schema() AND NOT EXISTS (
    SELECT FROM pg_depend WHERE objid = proc.oid AND deptype = 'e'
)
"""
"""Our own functions: what an extension brought stays."""


def own_identity(config: Config) -> HybridIdentity:
    """Derive who opens such a copy: the server's secret does, and no key lies beside the copy."""
    return HybridIdentity.from_seed(config.key("whole copy"))


def write_whole(config: Config, engine: Engine, file: BinaryIO) -> Manifest:
    """Write every row of a database that nobody writes to at this moment."""
    recipient = own_identity(config).recipient
    with engine.connect() as connection, Writer(file.write, [recipient]) as sealed:
        return _fill(config, connection, ArchiveWriter(sealed))


def _fill(config: Config, connection: Connection, archive: ArchiveWriter) -> Manifest:
    manifest = Manifest(
        day=today().isoformat(),
        database=connection.dialect.name,
        revision=only_value(connection, "SELECT version_num FROM alembic_version"),
        site_id=only_value(connection, "SELECT value FROM setting WHERE name = 'site_id'"),
        left_out=[],
    )
    for name, table in reflect(connection, whole=True).items():
        lines = read_rows(connection, table, whole=True)
        manifest.tables[name] = archive.add_table(name, lines)
    manifest.mac = mac_of(config, manifest)
    archive.finish(manifest)
    return manifest


def put_back(
    config: Config, source: BinaryIO, identity: Identity, *, replay: Replay | None = None
) -> Manifest:
    """Put rows into the place of all that the database holds, as the form of then.

    Files of evidence stay where they are. Until the very end the database is as it was. Takes a
    backup as well as a whole copy. Raises as `check` does.
    """
    manifest = check(config, source, identity, any_secret=False)
    source.seek(0)
    done = replay or Replay(config, [])
    with _emptied(config) as connection:
        migrate_within(connection, manifest.revision)
        _load(connection, Opened(source, [identity]), done)
        if manifest.revision == known_revisions()[0]:
            if replay:
                replay.finish(connection)
            grants.apply(connection, config.database_logins)
    return manifest


def _load(connection: Connection, plain: Opened, replay: Replay) -> None:
    with Loader(connection, replay.row, whole=True) as loader:
        walk = Inspection(loader.take_row)
        walk.run(plain)
    if walk.damages:
        raise Damaged(walk.damages)


@contextmanager
def _emptied(config: Config) -> Iterator[Connection]:
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        _fold_journal(Path(url.database or ""))
        with target(config) as connection:
            yield connection
        return
    with target(config) as connection:
        drop_all(connection)
        yield connection


def _fold_journal(path: Path) -> None:
    """Bring SQLite's journal into its file: left beside, it would be played into the next one."""
    if not path.exists():
        return
    engine = create_engine(f"sqlite:///{path.as_posix()}")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    finally:
        engine.dispose()


def drop_all(connection: Connection) -> None:
    """Drop every table and function, those too of which only a newer program knows."""
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)
    for name in list(connection.scalars(text(_FUNCTIONS))):
        connection.execute(text(f"DROP FUNCTION {name} CASCADE"))


def count_rows(engine: Engine, name: str) -> int:
    """Count a table's rows, whatever form the database has."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(name):
            return 0
        rows: Any = reflect(connection)[name]
        return int(connection.execute(select(func.count()).select_from(rows)).scalar_one())
