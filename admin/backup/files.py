"""Sealed files of evidence in a backup: which of them go in, and where they are put back."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, Table, select

from ..config import Config
from ..vault.files.blobs import BlobStore, PartSpoilt
from ..vault.files.local import LocalBlobs
from ..vault.files.opening import open_blobs
from ..vault.files.uploads import has_all_parts
from .archive import ArchiveWriter, Manifest
from .checking import PartTaker
from .rows import is_named, reflect

_ASIDE: Final = "restoring.tmp"


class NotEmpty(Exception):
    """There is something already where the backup would go."""


def add_files(
    archive: ArchiveWriter, manifest: Manifest, config: Config, moment: Connection, now: Engine
) -> None:
    """Put in every file that a tip named at the moment of the backup.

    What is not whole in the store is left out and named in `manifest.missing`; but for a file
    that a sweep has let go since. One with a spoilt part goes in as it is, and is named there too:
    what comes before that part can be opened. Raises `BlobsAway`.
    """
    table = reflect(moment).get("upload")
    if table is None:
        # A store of an older revision.
        return
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    named = select(table.c.blob, table.c.size).where(is_named(table)).order_by(table.c.blob)
    for blob, size in moment.execute(named).all():
        if has_all_parts(blobs.sizes(blob), size):
            spoilt: list[int] = []
            manifest.blobs[blob] = archive.add_blob(blob, _parts(blobs, blob, spoilt))
            if spoilt:
                manifest.missing.append(blob)
        elif _is_still_named(now, table, blob):
            manifest.missing.append(blob)


def _is_still_named(engine: Engine, table: Table, blob: str) -> bool:
    query = select(table.c.id).where(table.c.blob == blob, is_named(table))
    with engine.connect() as connection:
        return connection.execute(query).first() is not None


def _parts(blobs: BlobStore, blob: str, spoilt: list[int]) -> Iterator[bytes]:
    for number in count():
        try:
            part = blobs.read(blob, number)
        except PartSpoilt as found:
            part = found.data
            spoilt.append(number)
        if part is None:
            return
        yield part


def refuse_filled_store(config: Config) -> None:
    """Raise `NotEmpty` where files lie already in the store to be filled."""
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    if isinstance(blobs, LocalBlobs):
        if _lies_something_in(blobs.root):
            raise NotEmpty
    elif not blobs.is_empty():
        raise NotEmpty


def _lies_something_in(root: Path) -> bool:
    """Tell whether a folder holds more than empty folders, or what a restore left half done."""
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        return True
    found = (path for path in root.glob("*") if path.name != _ASIDE)
    return any(not _is_folder(path) or not all(map(_is_folder, path.rglob("*"))) for path in found)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


@contextmanager
def filling(config: Config) -> Iterator[PartTaker]:
    """Give what takes parts of files, which are in their place after a good end.

    Files without rows are harmless, rows without files are not: this ends before the database.
    """
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    with _filling_folder(blobs) if isinstance(blobs, LocalBlobs) else _filling_store(blobs) as put:
        yield put


@contextmanager
def _filling_folder(blobs: LocalBlobs) -> Iterator[PartTaker]:
    """Fill a folder within the folder: the same disk, even where the folder is a disk's own."""
    root, aside = blobs.root, blobs.root / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    was_there = root.exists()
    try:
        yield LocalBlobs(aside).put
        if aside.exists():
            _move_up(root, aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if not was_there and root.exists() and not any(root.iterdir()):
            root.rmdir()


@contextmanager
def _filling_store(blobs: BlobStore) -> Iterator[PartTaker]:
    """Fill a store that knows no folders: what was put is removed again after a bad end."""
    there: set[str] = set()

    def put(blob: str, number: int, data: bytes) -> None:
        there.add(blob)
        blobs.put(blob, number, data)

    try:
        yield put
    except BaseException:
        for blob in there:
            blobs.remove(blob)
        raise


def _move_up(root: Path, aside: Path) -> None:
    # Empty folders alone, or it would have been refused; what came since stops it here.
    for path in sorted(root.glob("*"), reverse=True):
        if path != aside:
            _remove_empty(path)
    for folder in sorted(aside.iterdir()):
        folder.rename(root / folder.name)
    handle = os.open(root, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_empty(path: Path) -> None:
    for folder in sorted(path.rglob("*"), reverse=True):
        folder.rmdir()
    path.rmdir()
