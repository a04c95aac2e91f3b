"""Puts a backup into an empty installation, after every part of it was found whole.

Nothing is seen of it before the end: SQLite is filled under another name, PostgreSQL in one
transaction, blobs in a folder of another name.
"""

import hmac
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, and_, create_engine, inspect
from sqlalchemy.engine import URL, make_url

from ..config import Config
from ..migrate import known_revisions, migrate_within
from ..sealing.age import Identity
from .archive import Manifest, Opened
from .checking import Walk
from .making import mac_of
from .rows import reflect, to_values

_TOGETHER = 200
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


class NotEmpty(Exception):
    """There is something already where the backup would go."""


class Damaged(Exception):
    """The backup is not whole; `damages` names each part that is not."""

    def __init__(self, damages: list[str]) -> None:
        super().__init__(len(damages))
        self.damages = damages


class OtherSecret(Exception):
    """The secret file is not the one with which this backup was made."""


class TooNew(Exception):
    """The backup was made by a newer program than this one."""


def check(config: Config, source: BinaryIO, identity: Identity, *, any_secret: bool) -> Manifest:
    """Read all of a backup and put nothing anywhere; gives what it holds.

    Raises `Damaged`, `OtherSecret`, `TooNew`, and errors of sealing for a wrong identity.
    """
    walk = Walk()
    manifest = walk.run(Opened(source, [identity]))
    if walk.damages or manifest is None:
        raise Damaged(walk.damages)
    if not any_secret and not hmac.compare_digest(manifest.mac, mac_of(config, manifest)):
        raise OtherSecret
    if manifest.revision not in known_revisions():
        raise TooNew
    return manifest


def restore(config: Config, source: BinaryIO, identity: Identity, *, any_secret: bool) -> Manifest:
    """Check a backup, then fill the configured database and the folder of blobs with it.

    Raises as `check` does, and `NotEmpty`.
    """
    refuse_filled(config)
    manifest = check(config, source, identity, any_secret=any_secret)
    source.seek(0)
    # The inner ends first: evidence is in its place before a row tells of it.
    with _target(config) as connection, _blobs_aside(config) as blobs:
        migrate_within(connection, manifest.revision)
        with _Loader(connection, blobs) as loader:
            walk = Walk(loader.take_row, loader.take_blob)
            walk.run(Opened(source, [identity]))
        if walk.damages:
            # It changed since it was checked, a moment ago.
            raise Damaged(walk.damages)
        migrate_within(connection)
    return manifest


def refuse_filled(config: Config) -> None:
    """Raise `NotEmpty` where a restored store would stand beside or over another."""
    blobs = config.data / "blobs"
    if blobs.is_symlink() or not all(map(_is_folder, blobs.rglob("*"))):
        raise NotEmpty
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        # SQLite would play what an older store left there into the restored one.
        if any(Path(f"{url.database}{suffix}").exists() for suffix in _BESIDE_SQLITE):
            raise NotEmpty
        if not Path(url.database or "").exists():
            return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise NotEmpty
    finally:
        engine.dispose()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


@contextmanager
def _target(config: Config) -> Iterator[Connection]:
    """Give the empty database to fill; what was filled is seen only after a good end."""
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite":
        with _filling(url) as connection:
            yield connection
        return
    final = Path(url.database or "")
    final.parent.mkdir(parents=True, exist_ok=True)
    aside = final.with_name(final.name + ".restoring")
    aside.unlink(missing_ok=True)
    try:
        with _filling(url.set(database=str(aside))) as connection:
            yield connection
        aside.chmod(0o600)
        _sync(aside)
        aside.replace(final)
        _sync(final.parent)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _filling(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _blobs_aside(config: Config) -> Iterator[Path]:
    """Give a folder for blobs, which takes its true name before the rows are seen.

    Blobs without rows are harmless; rows without blobs are not.
    """
    aside, final = config.data / "blobs.restoring", config.data / "blobs"
    shutil.rmtree(aside, ignore_errors=True)
    # Empty folders alone, or it would have been refused; what came since stops it here.
    for folder in sorted(final.rglob("*"), reverse=True):
        folder.rmdir()
    aside.mkdir(mode=0o700)
    try:
        yield aside
        if any(aside.iterdir()):
            for folder in (aside, *filter(_is_folder, aside.rglob("*"))):
                _sync(folder)
            aside.replace(final)
            _sync(config.data)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Loader:
    """Writes rows in small heaps, and references of a table to itself after all its rows."""

    def __init__(self, connection: Connection, blobs: Path) -> None:
        self._connection, self._blobs = connection, blobs
        self._tables = reflect(connection)
        self._heap: list[dict[str, Any]] = []
        self._heap_of = ""
        self._later: list[tuple[Table, dict[str, Any], dict[str, Any]]] = []
        # The migrations wrote a site id of their own; all other tables are empty.
        connection.execute(self._tables["setting"].delete())

    def __enter__(self) -> "_Loader":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            return
        self._flush()
        for table, key, values in self._later:
            found = and_(*(table.c[name] == value for name, value in key.items()))
            self._connection.execute(table.update().where(found).values(values))

    def take_row(self, name: str, values: dict[str, Any]) -> None:
        if name != self._heap_of or len(self._heap) >= _TOGETHER:
            self._flush()
            self._heap_of = name
        table = self._tables[name]
        row = to_values(values)
        own = {column.name for column in table.columns if _points_home(table, column)}
        if waiting := {column: row[column] for column in own if row[column] is not None}:
            key = {column.name: row[column.name] for column in table.primary_key.columns}
            self._later.append((table, key, waiting))
            row |= dict.fromkeys(waiting)
        self._heap.append(row)

    def take_blob(self, name: str, content: BinaryIO) -> None:
        path = self._blobs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())

    def _flush(self) -> None:
        if self._heap:
            self._connection.execute(self._tables[self._heap_of].insert(), self._heap)
        self._heap = []


def _points_home(table: Table, column: Any) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)
