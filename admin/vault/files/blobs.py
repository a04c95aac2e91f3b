"""The only door to the objects in which sealed files lie: a local folder or an S3 store.

A blob is a row of parts `<blob>/00000`, `<blob>/00001`, … Each is written once, whole, and read
back before anybody is told that it stands; nothing here can open one.

obstore's runtime does not live through a fork: a process that has used a store must fork no more,
so the one that starts the workers never does.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import ObjectStore

PART: Final = 2 * 1024 * 1024
"""Bytes of every part but a blob's last."""
MOST_PARTS: Final = 99_999
_BLOB = re.compile(r"[0-9a-f]{32}")


class BlobsAway(Exception):
    """The store is not there, or has no room: nothing was promised. A later try may do."""


class BlobsRefused(BlobsAway):
    """The store answers, and does not let us in: a later try won't do, an operator must."""


class PartSpoilt(BlobsAway):
    """Bytes come back otherwise than they were written: of the line's doing, or the store's."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__("other bytes than were written")
        self.data = data
        """What came back."""


class PartDiffers(Exception):
    """Other bytes stand under that name already; they stay."""


class BlobStore:
    """Sealed parts by blob and number, in any store that obstore knows.

    Made before the workers are forked; the store itself is opened at the first use.
    """

    is_elsewhere: ClassVar[bool] = False
    """Whether a line leads there: what fails may be its fault. On a disk it is the room."""

    def __init__(self, make: Callable[[], ObjectStore]) -> None:
        self._make = make
        self._made: ObjectStore | None = None

    def put(self, blob: str, number: int, data: bytes | memoryview) -> None:
        """Write a part durably and read it back. The same bytes again change nothing.

        Raises `PartDiffers` and `BlobsAway`.
        """
        path = part_path(blob, number)
        try:
            self._write(path, data)
        except AlreadyExistsError:
            self._keep(path)
            if self._read(path) != bytes(data):
                raise PartDiffers from None
        except (BaseError, OSError) as error:
            raise away(error) from None

    def has_room(self, size: int) -> bool:
        """Tell whether so many bytes more may come, as far as is known. A remote store never says.

        Some room is always left over: on the same disk stand the words, and they come first.
        """
        del size
        return True

    def size(self, blob: str, number: int) -> int | None:
        """Tell a part's bytes; None where it does not stand."""
        try:
            return int(self._store.head(part_path(blob, number))["size"])
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise away(error) from None

    def sizes(self, blob: str) -> dict[int, int]:
        """Tell the bytes of all parts that stand, by their number."""
        return {
            int(path.rpartition("/")[2]): size
            for path, size in self._list(folder_path(blob))
            if is_part(path)
        }

    def parts(self, blob: str) -> int:
        """Count the parts that stand in a row from the first."""
        there = self.sizes(blob)
        return next(number for number in range(len(there) + 1) if number not in there)

    def read(self, blob: str, number: int) -> bytes | None:
        """Read a part; None where it does not stand."""
        return self._read(part_path(blob, number))

    def remove(self, blob: str) -> None:
        """Remove all parts of a blob, and what a write that was cut off left beside them."""
        try:
            if paths := [path for path, _size in self._list(folder_path(blob))]:
                self._store.delete(paths)
        except FileNotFoundError:
            # Somebody removes it at the same moment; the next turn sees whether all is gone.
            return
        except (BaseError, OSError) as error:
            raise away(error) from None

    def blobs(self) -> Iterator[str]:
        """Name the blobs of which something stands, each once."""
        yield from sorted(self.all_sizes())

    def is_empty(self) -> bool:
        return next(self._list(None), None) is None

    def all_sizes(self) -> dict[str, dict[int, int]]:
        """Tell the bytes of every part of every blob: one walk through all of the store."""
        found: dict[str, dict[int, int]] = {}
        for path, size in self._list(None):
            blob, _, number = path.partition("/")
            sizes = found.setdefault(blob, {})
            if is_part(path):
                sizes[int(number)] = size
        return found

    @property
    def _store(self) -> ObjectStore:
        """The store itself. Raises BaseError or OSError where it can't even be opened."""
        _Runtime.check()
        if self._made is None:
            self._made = self._make()
        return self._made

    def _write(self, path: str, data: bytes | memoryview) -> None:
        """Write a new part, durable and as it was given before its name can be seen.

        Raises AlreadyExistsError: of two who send one part, one writes and the other compares.
        """
        # A remote store answers once it is durable, and shows no half of an object.
        self._store.put(path, data, mode="create", use_multipart=False)
        self._read_back(path, data)

    def _read_back(self, path: str, data: bytes | memoryview) -> None:
        """Remove what was just written, where it does not come back as it was given."""
        try:
            found = self._read(path) or b""
        except PartSpoilt as spoilt:
            found = spoilt.data
        if found != bytes(data):
            self._store.delete(path)
            raise PartSpoilt(found)

    def _keep(self, path: str) -> None:
        """Make sure of what was found: an earlier try may have ended before all was done."""

    def _read(self, path: str) -> bytes | None:
        try:
            return self._get(path)
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise away(error) from None

    def _get(self, path: str) -> bytes:
        return self._store.get(path).bytes().to_bytes()

    def _list(self, folder: str | None) -> Iterator[tuple[str, int]]:
        try:
            for batch in self._store.list(prefix=folder):
                for found in batch:
                    yield found["path"], found["size"]
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise away(error) from None


class _Runtime:
    """The process in which obstore's threads live."""

    pid: int | None = None

    @classmethod
    def check(cls) -> None:
        """Stop loudly where a call of obstore would wait for ever."""
        cls.pid = cls.pid or os.getpid()
        if cls.pid != os.getpid():
            raise RuntimeError("a blob store was used before this process was forked")


def away(error: BaseError | OSError) -> BlobsAway:
    """Say what an error of the store is to whoever asked; its words may hold an address."""
    is_refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
    return (BlobsRefused if is_refused else BlobsAway)(type(error).__name__)


def folder_path(blob: str) -> str:
    """Name a blob's folder. Raises ValueError for what is no blob's name: it becomes a path."""
    if not _BLOB.fullmatch(blob):
        raise ValueError("not a blob's name")
    return blob


def part_path(blob: str, number: int) -> str:
    if not 0 <= number < MOST_PARTS:
        raise ValueError("not a part's number")
    return f"{folder_path(blob)}/{number:05}"


def is_part(path: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}/[0-9]{5}", path) is not None


def part_count(size: int) -> int:
    """Count the parts of a blob of `size` sealed bytes."""
    return -(-size // PART)


def part_length(size: int, number: int) -> int:
    """Tell how long a part must be; 0 where a blob of that size has no such part."""
    return max(min(PART, size - number * PART), 0) if number >= 0 else 0
