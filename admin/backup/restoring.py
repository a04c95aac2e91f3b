"""Puts a backup into an empty installation, after every part of it was found whole.

Nothing is seen of it before the end: SQLite is filled under another name, PostgreSQL in one
transaction, sealed files in a folder of another name, or in a bucket to which no row leads yet.
"""

import hmac
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, and_, create_engine, inspect
from sqlalchemy.engine import URL, make_url

from ..config import Config
from ..db import grants
from ..migrate import SERVES_FROM, known_revisions, migrate_within
from ..sealing.age import Identity
from .archive import Manifest, Opened
from .checking import Inspection
from .files import NotEmpty, filling, refuse_filled_store
from .making import mac_of
from .replaying import Replay
from .rows import reflect, to_values

_TOGETHER = 200
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


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
    walk = Inspection()
    manifest = walk.run(Opened(source, [identity]))
    if walk.damages or manifest is None:
        raise Damaged(walk.damages)
    if not any_secret and not hmac.compare_digest(manifest.mac, mac_of(config, manifest)):
        raise OtherSecret
    if manifest.revision not in known_revisions():
        raise TooNew
    return manifest


def restore(
    config: Config,
    source: BinaryIO,
    identity: Identity,
    *,
    any_secret: bool,
    find_replay: Callable[[], Replay] | None = None,
) -> Manifest:
    """Check a backup, then fill the configured database and the store of sealed files with it.

    What was deleted since is left out on the way in, by what `find_replay` gives once the backup
    was found whole: no disk ever sees it again. Raises as `check` does, `NotEmpty`, `BlobsAway`,
    `NotOwner`.
    """
    refuse_filled(config)
    manifest = check(config, source, identity, any_secret=any_secret)
    replay = find_replay() if find_replay else Replay(config, [])
    source.seek(0)
    # The inner ends first: evidence is in its place before a row tells of it.
    with target(config) as connection, filling(config) as put_part:
        migrate_within(connection, manifest.revision)
        with Loader(connection, replay.row) as loader:
            walk = Inspection(loader.take_row, replay.without_deleted(put_part))
            walk.run(Opened(source, [identity]))
        if walk.damages:
            # It changed since it was checked, a moment ago.
            raise Damaged(walk.damages)
        migrate_within(connection)
        _stop_rewards(connection)
        replay.finish(connection)
        grants.apply(connection, config.database_logins)
    return manifest


def _stop_rewards(connection: Connection) -> None:
    """Let no code be paid before the paying office has said what it paid since the backup."""
    rewards = reflect(connection)["reward"]
    unpaid = rewards.c.paid_mark.is_(None)
    connection.execute(rewards.update().where(unpaid).values(is_stopped=True))


def refuse_filled(config: Config) -> None:
    """Raise `NotEmpty` where a restored store would stand beside or over another."""
    refuse_filled_store(config)
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


@contextmanager
def target(config: Config) -> Iterator[Connection]:
    """Give the database to fill; what was filled is seen only after a good end.

    SQLite's stands beside the file that it will replace, and is empty.
    """
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
        _let_readers_be(aside)
        aside.chmod(0o600)
        _sync(aside)
        aside.replace(final)
        _sync(final.parent)
    finally:
        aside.unlink(missing_ok=True)


def _let_readers_be(path: Path) -> None:
    """Bring the file to the journal that the app uses: it could not while somebody reads."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _filling(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            grants.require_owner(connection)
            yield connection
    finally:
        engine.dispose()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


RowChanger = Callable[[str, dict[str, Any]], dict[str, Any] | None]


def _as_it_is(_table: str, row: dict[str, Any]) -> dict[str, Any]:
    return row


class Loader:
    """Writes rows in small heaps, and references of a table to itself after all its rows."""

    def __init__(
        self, connection: Connection, changed: RowChanger = _as_it_is, *, whole: bool = False
    ) -> None:
        self._connection = connection
        self._changed = changed
        self._tables = reflect(connection, whole=whole)
        self._heap: list[dict[str, Any]] = []
        self._heap_of = ""
        self._later: list[tuple[Table, dict[str, Any], dict[str, Any]]] = []
        # The migrations wrote a site id of their own; all other tables are empty. What they said of
        # the form that they made stays.
        setting = self._tables["setting"]
        connection.execute(setting.delete().where(setting.c.name != SERVES_FROM))

    def __enter__(self) -> "Loader":
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
        row = self._changed(name, to_values(values))
        if row is None:
            return
        own = {column.name for column in table.columns if _points_home(table, column)}
        if waiting := {column: row[column] for column in own if row[column] is not None}:
            key = {column.name: row[column.name] for column in table.primary_key.columns}
            self._later.append((table, key, waiting))
            row |= dict.fromkeys(waiting)
        self._heap.append(row)

    def _flush(self) -> None:
        if self._heap:
            self._connection.execute(self._tables[self._heap_of].insert(), self._heap)
        self._heap = []


def _points_home(table: Table, column: Any) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)
