"""Sealed parts in a folder of this machine: on the disk before anybody hears of them.

obstore writes a file and gives it its name, but leaves it to the kernel when the disk gets it, and
to the umask who may read it. Both are seen to here, and the file's time is set to its day.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore

from ...db import SHANGHAI, today
from .blobs import (
    BlobsAway,
    BlobStore,
    folder_path,
    part_path,
)
from .room import FILES, look


class LocalBlobs(BlobStore):
    """A folder with a folder for each blob, for the eyes of their owner alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(lambda: LocalStore(prefix=_made(root)))

    @classmethod
    def at(cls, url: str) -> "LocalBlobs":
        return cls(Path(unquote(urlsplit(url).path)))

    def has_room(self, size: int) -> bool:
        try:
            return look(_made(self.root)).has(FILES, size)
        except OSError:
            return False

    def size(self, blob: str, number: int) -> int | None:
        # Asked before each part: without obstore's walk to a thread of its own and back.
        try:
            return (self.root / part_path(blob, number)).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BlobsAway(type(error).__name__) from None

    def remove(self, blob: str) -> None:
        folder = self.root / folder_path(blob)
        try:
            # By hand: obstore does not list what its own write left when it was cut off.
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            folder.rmdir()
            _settle_folder(self.root)
        except FileNotFoundError:
            return
        except OSError as error:
            raise BlobsAway(type(error).__name__) from None

    def _write(self, path: str, data: bytes | memoryview) -> None:
        if not self.has_room(len(data)):
            raise BlobsAway("no room but for words")
        self._make_folder(path)
        # Under a name that is no part's: after a power cut a named part is whole, or is not there.
        fresh = f"{path}.{secrets.token_hex(8)}"
        try:
            self._store.put(fresh, data, mode="create", use_multipart=False)
            _settle_file(self.root / fresh)
            if self._read(fresh) != bytes(data):
                raise BlobsAway("read back otherwise")
            # That reading left its time.
            os.utime(self.root / fresh, ns=_day_ns())
            self._store.rename(fresh, path, overwrite=False)
        except (AlreadyExistsError, BaseError, OSError, BlobsAway):
            with suppress(BaseError, OSError):
                self._store.delete(fresh)
            raise
        self._keep(path)

    def _keep(self, path: str) -> None:
        try:
            _settle_folder((self.root / path).parent)
        except OSError as error:
            raise BlobsAway(type(error).__name__) from None

    def _list(self, folder: str | None) -> Iterator[tuple[str, int]]:
        # Who only looks makes no folder.
        return super()._list(folder) if self.root.exists() else iter(())

    def _make_folder(self, path: str) -> None:
        folder = (self.root / path).parent
        if not folder.is_dir():
            _made(self.root)
            folder.mkdir(mode=0o700, exist_ok=True)
            _settle_folder(self.root)


def _made(root: Path) -> Path:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _settle_file(path: Path) -> None:
    """Bring a file to the disk, past the memory in which it was just written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fchmod(handle, 0o600)
        os.utime(handle, ns=_day_ns())
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):
            # So that what is read back comes from the disk.
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _settle_folder(path: Path) -> None:
    """Bring a folder's names to the disk; its time tells the day of the last change alone."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.utime(handle, ns=_day_ns())
        os.fsync(handle)
    finally:
        os.close(handle)


def _day_ns() -> tuple[int, int]:
    """Give the first moment of the day in Asia/Shanghai, for both of a file's settable times."""
    start = int(datetime.combine(today(), time(), SHANGHAI).timestamp()) * 1_000_000_000
    return start, start
