"""A backup's form: an age file that holds a tar of rows, blobs and, last, the manifest.

Whoever has the operator key can look at one with the usual tools: `age -d … | tar t`. Written and
read as a stream: memory stays the same however large it is.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Final

from ..sealing.age import Identity, Reader
from ..sealing.age.stream import CHUNK, TAG
from ..sealing.errors import SealingError
from .rows import from_line, to_line

FORMAT: Final = "dengshao backup 1"
MANIFEST: Final = "manifest.json"
_PART: Final = 1024 * 1024


class BrokenSeal(Exception):
    """The age file does not open to its end. `place` tells about where it is damaged."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class Total:
    """How much there is of a table or a blob, and the sum of it."""

    count: int
    """Rows of a table; bytes of a blob."""
    sha256: str


@dataclass
class Manifest:
    """What must be found again, and by what it was made."""

    day: str
    database: str
    revision: str
    site_id: str
    left_out: list[str]
    format: str = FORMAT
    tables: dict[str, Total] = field(default_factory=dict)
    blobs: dict[str, Total] = field(default_factory=dict)
    """Sealed files by their blob's name: bytes and sum of all parts one after another."""
    missing: list[str] = field(default_factory=list)
    """Files that a tip names and the store did not have whole: this backup has them no better."""
    mac: str = ""
    """HMAC over all of this under a key of the server's secret: made by the same installation."""

    def covered(self) -> bytes:
        """Give what the MAC covers."""
        return to_line("mac", asdict(self) | {"mac": ""})

    def to_line(self) -> bytes:
        return to_line(MANIFEST, asdict(self))

    @classmethod
    def from_line(cls, line: bytes) -> "Manifest":
        values = from_line(MANIFEST, line)
        for kind in ("tables", "blobs"):
            values[kind] = {name: Total(**total) for name, total in values[kind].items()}
        return cls(**values)


class ArchiveWriter:
    """Adds rows and blobs to a tar that is pushed into `target`."""

    def __init__(self, target: Any) -> None:
        # Not closed where writing fails: what is half must look like it.
        self._tar = tarfile.open(fileobj=target, mode="w|")  # noqa: SIM115

    def add_table(self, name: str, lines: Iterable[bytes]) -> Total:
        """Write a table in parts that fit in memory: a tar wants each size beforehand."""
        count, total, part, number = 0, hashlib.sha256(), bytearray(), 0
        for line in lines:
            count += 1
            total.update(line)
            part += line
            if len(part) >= _PART:
                self._add_part(name, number, bytes(part))
                part.clear()
                number += 1
        self._add_part(name, number, bytes(part))
        return Total(count, total.hexdigest())

    def _add_part(self, table: str, number: int, data: bytes) -> None:
        self._add(f"rows/{table}/{number:06}.lines", data)

    def _add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))

    def add_blob(self, blob: str, parts: Iterable[bytes]) -> Total:
        """Write a sealed file part by part, as its store holds it."""
        size, total = 0, hashlib.sha256()
        for number, part in enumerate(parts):
            self._add(f"blobs/{blob}/{number:05}", part)
            size += len(part)
            total.update(part)
        return Total(size, total.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        self._add(MANIFEST, manifest.to_line())
        self._tar.close()


class Opened:
    """The plain bytes of an age file, as tarfile reads them. Raises errors of sealing at once."""

    def __init__(self, source: BinaryIO, identities: list[Identity]) -> None:
        self._chunks = iter(Reader(source, identities))
        self._place = source.tell()
        self._rest = b""

    def read(self, size: int) -> bytes:
        while not self._rest:
            chunk = self._next()
            if chunk is None:
                return b""
            self._rest = chunk
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def _next(self) -> bytes | None:
        try:
            chunk = next(self._chunks, None)
        except SealingError:
            raise BrokenSeal(self._place) from None
        self._place += CHUNK + TAG
        return chunk

    def read_to_end(self) -> None:
        while self.read(CHUNK):
            pass


def read_members(plain: Opened) -> Iterator[tuple[str, int, BinaryIO]]:
    """Yield name, size and content of each part; to be read before the next is asked for."""
    with tarfile.open(fileobj=plain, mode="r|") as tar:  # type: ignore[call-overload]
        for info in tar:
            content = tar.extractfile(info)
            if content is not None:
                yield info.name, info.size, content
    # What follows the tar must open too: a cut file shows at its end alone.
    plain.read_to_end()
