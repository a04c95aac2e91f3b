"""Makes a backup: written beside its final name, read again, and only then given that name."""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, text

from ..config import Config
from ..db import today
from ..reading.keys_file import replace_file
from ..sealing.age import HybridRecipient, Writer
from .archive import ArchiveWriter, Manifest
from .files import add_files
from .rows import LEFT_OUT, read_rows, reflect
from .snapshot import snapshot

LAST_BACKUP = "last_backup"
"""The setting that holds the epoch seconds of the last good backup, whichever node made it."""
_MADE_HERE = "last-backup"
"""The file in a node's own data folder that holds those of its last one."""
_PIECE = 1024 * 1024


class BackupRuns(Exception):
    """Another backup of this store is being made at this moment."""


class ReadsOtherwise(Exception):
    """What the disk gives back is not what was written to it."""


def write_backup(
    config: Config, engine: Engine, target: Path, recipient: HybridRecipient
) -> tuple[Manifest, str]:
    """Write a backup and prove that it can be read; gives its manifest and its SHA-256.

    Until the very end the file that had this name stays as it was.
    """
    part = target.with_name(target.name + ".part")
    with _only_one(config):
        try:
            with open(part, "wb", opener=_private) as file:
                manifest, digest = _write(config, engine, file, recipient)
            if _digest_of(part) != digest:
                raise ReadsOtherwise
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)
    return manifest, digest


def note_made_here(data: Path, now: int) -> None:
    """Keep when this node made one: of several each makes its own. Raises `OSError`."""
    replace_file(data / _MADE_HERE, f"{now}\n")
    (data / _MADE_HERE).chmod(0o600)


def made_here(data: Path) -> int | None:
    """Tell when this node made its last one, in seconds since 1970; None if it never did."""
    try:
        return int((data / _MADE_HERE).read_text("ascii"))
    except (OSError, ValueError):
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _only_one(config: Config) -> Iterator[None]:
    with open(config.data / "backup.lock", "a", opener=_private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRuns from None
        yield


def _write(
    config: Config, engine: Engine, file: BinaryIO, recipient: HybridRecipient
) -> tuple[Manifest, str]:
    digest = hashlib.sha256()

    def write(data: bytes) -> None:
        digest.update(data)
        file.write(data)

    with snapshot(config, engine) as connection, Writer(write, [recipient]) as sealed:
        manifest = _fill(config, engine, connection, ArchiveWriter(sealed))
    file.flush()
    os.fsync(file.fileno())
    return manifest, digest.hexdigest()


def _fill(
    config: Config, engine: Engine, connection: Connection, archive: ArchiveWriter
) -> Manifest:
    manifest = Manifest(
        day=today().isoformat(),
        database=connection.dialect.name,
        revision=only_value(connection, "SELECT version_num FROM alembic_version"),
        site_id=only_value(connection, "SELECT value FROM setting WHERE name = 'site_id'"),
        left_out=sorted(LEFT_OUT),
    )
    for name, table in reflect(connection).items():
        manifest.tables[name] = archive.add_table(name, read_rows(connection, table))
    add_files(archive, manifest, config, connection, engine)
    manifest.mac = mac_of(config, manifest)
    archive.finish(manifest)
    return manifest


def mac_of(config: Config, manifest: Manifest) -> str:
    return hmac.digest(config.key("backup"), manifest.covered(), "sha256").hex()


def only_value(connection: Connection, query: str) -> str:
    return str(connection.execute(text(query)).scalar_one())


def _digest_of(path: Path) -> str:
    """Sum up what the disk itself holds, past the memory in which it was just written."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
