"""The two places of a move: a database and a store of sealed files each, by its own settings."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url

from ..config import Config, ConfigError, load_config
from ..db import READ, db
from ..db.postgresql import options
from ..settings.installed import read_settings
from ..vault import vault
from ..vault.files.blobs import BlobStore
from ..vault.files.opening import open_blobs

_OF_A_PLACE: Final = ("DENGSHAO_DATABASE_URL", "DENGSHAO_BLOBS_URL", "DENGSHAO_BLOBS_CA")
_STORE_KEYS: Final = "AWS_"
_UNBOUNDED: Final = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
_PRAGMAS: Final = ("synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "foreign_keys=OFF")


class OtherSecret(Exception):
    """The other place's settings name another secret file."""


class SamePlace(Exception):
    """The other place's settings lead to this very database."""


class ForgetsFiles(Exception):
    """The other place would keep sealed files in memory."""


@dataclass(frozen=True)
class Place:
    """A database with a store of files; `reading` never waits behind a writer."""

    config: Config
    engine: Engine
    reading: Engine
    blobs: BlobStore

    @property
    def database_file(self) -> Path | None:
        return sqlite_file(self.config)

    @property
    def told(self) -> str:
        """Say where it is, without a user or a password."""
        url, store = make_url(self.config.database_url), urlsplit(self.config.blobs_url)
        database = url.database if self.database_file else f"{_hosts(url)}/{url.database}"
        return f"{url.get_backend_name()} {database} · {store.scheme} {store.netloc}{store.path}"


def _hosts(url: URL) -> str:
    named = url.query.get("host", ())
    hosts = [url.host] if url.host else [named] if isinstance(named, str) else list(named)
    # A folder with a socket is this machine.
    return ",".join("localhost" if host.startswith("/") else host for host in hosts)


def sqlite_file(config: Config) -> Path | None:
    url = make_url(config.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@contextmanager
def this_place(config: Config) -> Iterator[Place]:
    """Give the place that the present settings name; SQLite's file as the application has it open.

    Its writers stand in one line. PostgreSQL's engines there stop what takes long.
    """
    if sqlite_file(config):
        yield Place(config, db.engine, db.get_engine(READ), vault().blobs)
        return
    engine = _engine_of(config)
    try:
        yield Place(config, engine, engine, vault().blobs)
    finally:
        engine.dispose()


@contextmanager
def other_place(here: Config, text: str) -> Iterator[Place]:
    """Open the place that a file of settings names; what it leaves out stands at its default.

    Nothing of the present place is taken over, no key of its store either. Raises `OtherSecret`,
    `SamePlace`, `ForgetsFiles` and `ConfigError`.
    """
    environ = _environ_of(text)
    config = load_config(environ, makes_secret=False)
    if config.secret != here.secret:
        raise OtherSecret
    if _is_one(config, here):
        raise SamePlace
    if urlsplit(config.blobs_url).scheme == "memory":
        raise ForgetsFiles
    engine = _engine_of(config)
    try:
        yield Place(config, engine, engine, _store_of(config, environ))
    finally:
        engine.dispose()


def _environ_of(text: str) -> dict[str, str]:
    named = read_settings(text)
    if not named:
        raise ConfigError("搬家的设置文件里没有一行「名字=值」。")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OF_A_PLACE and not name.startswith(_STORE_KEYS)
    }
    return kept | named


def _is_one(one: Config, other: Config) -> bool:
    files = sqlite_file(one), sqlite_file(other)
    if files[0] and files[1]:
        return files[0].resolve() == files[1].resolve()
    return make_url(one.database_url) == make_url(other.database_url)


def _engine_of(config: Config) -> Engine:
    file = sqlite_file(config)
    if file is None:
        return _unbounded(make_url(config.database_url))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(config.database_url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # Rows come in another order than they hang together: that is looked at once, at the end.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        for words in _PRAGMAS:
            connection.execute(f"PRAGMA {words}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _unbounded(url: URL) -> Engine:
    """Connect as a serving node does, but with no bound on how long a statement takes."""
    said = f"{url.query.get('options', '')} {_UNBOUNDED}".strip()
    return create_engine(**options(url.update_query_dict({"options": said})))


def _store_of(config: Config, environ: Mapping[str, str]) -> BlobStore:
    """Open the store with the keys of its own settings: obstore takes them when it is opened."""
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    before = {name: value for name, value in os.environ.items() if name.startswith(_STORE_KEYS)}
    theirs = {name: value for name, value in environ.items() if name.startswith(_STORE_KEYS)}
    _swap_keys(before, theirs)
    try:
        blobs.is_empty()
    finally:
        _swap_keys(theirs, before)
    return blobs


def _swap_keys(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)
