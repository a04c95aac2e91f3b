"""What an upgrade asks of the program of a version, as the user whose the data are."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine

from ..backup.replaying import Replay
from ..backup.whole import (
    Damaged,
    OtherSecret,
    TooNew,
    count_rows,
    own_identity,
    put_back,
    write_whole,
)
from ..config import Config, load_config
from ..db import grants
from ..district.data import load_district
from ..district.preflight import check_files
from ..migrate import read_form
from ..sealing.age import HybridIdentity, parse_identity
from ..sealing.errors import SealingError
from ..serving.opening import require_stopped
from ..serving.server import AlreadyRunning, hold_lock
from ..settings.installed import become_owner
from ..vault.retention.deletions import BrokenJournal, complete, read_journal


@contextmanager
def _asking(config: Config) -> Iterator[Engine]:
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


def check() -> None:
    """Read every file of the content as this version's app and site read them. Raises DataError."""
    config = _config()
    check_files(config.content)
    load_district(config.content, config.confirmed_keys)


def owner() -> None:
    """Look whether this address may change the form of the database. Raises `NotOwner`."""
    with _asking(_config()) as engine, engine.connect() as connection:
        grants.require_owner(connection)


def alone() -> None:
    """Look whether the database may change now: older programs can go on, or none is at work."""
    config = _config()
    with _asking(config) as engine:
        require_stopped(engine, read_form(engine), config.database_logins)


def look() -> None:
    with _asking(_config()) as engine:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        told = {name: count_rows(engine, name) for name in ("tip", "message")}
        found = {"revision": revision or "", "tips": told["tip"], "words": sum(told.values())}
        click.echo(json.dumps(found))


def copy() -> None:
    """Write the whole database, sealed, to where the output goes."""
    config = _config()
    try:
        with _asking(config) as engine, hold_lock(config):
            write_whole(config, engine, sys.stdout.buffer)
    except AlreadyRunning as error:
        raise click.ClickException(str(error)) from None


def restore(backup: Path | None) -> None:
    """Put back the copy that comes in, or a backup, whose key comes in."""
    config = _config()
    try:
        with hold_lock(config):
            if backup is None:
                put_back(config, _seekable(sys.stdin.buffer), own_identity(config))
                return
            identity = _identity(sys.stdin.read())
            with backup.open("rb") as source:
                _replace_by_backup(config, source, identity)
    except AlreadyRunning as error:
        raise click.ClickException(str(error)) from None
    except (Damaged, OtherSecret, TooNew, SealingError, BrokenJournal) as error:
        raise click.ClickException(f"没有恢复：{type(error).__name__} {error}") from None


def _replace_by_backup(config: Config, source: BinaryIO, identity: HybridIdentity) -> None:
    journal = config.deletions_file
    entries = read_journal(config, journal) if journal.exists() else []
    put_back(config, source, identity, replay=Replay(config, entries))
    complete(config, entries)


def _seekable(source: BinaryIO) -> BinaryIO:
    return source if source.seekable() else io.BytesIO(source.read())


def _identity(text: str) -> HybridIdentity:
    found = parse_identity(text.strip())
    if not isinstance(found, HybridIdentity):
        raise click.ClickException("备份私钥不对：应当以 AGE-SECRET-KEY-PQ-1 开头。")
    return found


def _config() -> Config:
    os.umask(0o077)
    config = load_config()
    become_owner(config.data)
    return config
