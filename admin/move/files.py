"""Brings sealed files from one store to another, part by part, and compares each by SHA-256.

A part that is written is read back by the store itself, byte by byte; one that stood there already
is read on both sides. Names are random, and parts go in their order: it tells no arrival.
"""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ..vault.files.blobs import BlobStore, PartDiffers

_TRIES: Final = 3
_ASKED: Final = "6d6f7665" * 4
"""The name of a file that is there for a moment; no other is ever called so."""


class FileDiffers(Exception):
    """A part is not the same in both stores, though it was written anew."""


def is_one_store(spare: BlobStore, used: BlobStore) -> bool:
    """Tell whether both lead to the same files; `spare` is written to for a moment.

    Addresses do not tell: one may name a bucket at two endpoints, and two, by a link or a slash
    more, one folder. Taken for two, all files of the one would be destroyed with the other. Raises
    `BlobsAway`.
    """
    # A look that was cut off may have left it.
    spare.remove(_ASKED)
    data = secrets.token_bytes(32)
    spare.put(_ASKED, 0, data)
    try:
        return used.read(_ASKED, 0) == data
    finally:
        spare.remove(_ASKED)


@dataclass
class Carried:
    """What was done to files in one pass."""

    files: int = 0
    brought: int = 0
    """Parts."""
    bytes: int = 0
    removed: int = 0


@dataclass
class FilesMove:
    """The files of one move. What was compared once in a run is not read again: no part changes."""

    old: BlobStore
    new: BlobStore
    _compared: dict[str, dict[int, int]] = field(default_factory=dict)

    def carry(self) -> Carried:
        """Bring what the new store lacks, and remove there what the old one has no more.

        Raises `BlobsAway` and `FileDiffers`.
        """
        done = Carried()
        # The new store first: what comes to the old one meanwhile is brought, never removed.
        there, here = self.new.all_sizes(), self.old.all_sizes()
        for blob in sorted(there.keys() - here.keys()):
            self.new.remove(blob)
            self._compared.pop(blob, None)
            done.removed += 1
        for blob in sorted(here):
            self._file(blob, here[blob], there.get(blob, {}), done)
        return done

    def _file(self, blob: str, here: dict[int, int], there: dict[int, int], done: Carried) -> None:
        done.files += 1
        if self._compared.get(blob) == here == there:
            return
        is_clean = all(here.get(number) == size for number, size in there.items())
        for _try in range(_TRIES):
            if is_clean and self._parts(blob, here, there, done):
                return
            # It was cut off, or went bad: only the whole of a file can be taken away.
            self.new.remove(blob)
            is_clean, there = True, {}
        raise FileDiffers(blob)

    def _parts(self, blob: str, here: dict[int, int], there: dict[int, int], done: Carried) -> bool:
        """Bring or compare all parts of a file; tells whether they are the same in both stores."""
        compared = self._compared[blob] = {}
        for number in sorted(here):
            data = self.old.read(blob, number)
            if data is None:
                # It was let go meanwhile: the next pass removes what was brought of it.
                continue
            if not self._is_same(blob, number, data, is_there=number in there, done=done):
                return False
            compared[number] = len(data)
        return True

    def _is_same(
        self, blob: str, number: int, data: bytes, *, is_there: bool, done: Carried
    ) -> bool:
        if is_there:
            found = self.new.read(blob, number)
            return found is not None and sha256(found).digest() == sha256(data).digest()
        try:
            self.new.put(blob, number, data)
        except PartDiffers:
            return False
        done.brought += 1
        done.bytes += len(data)
        return True

    def lacking(self, named: dict[str, int]) -> list[str]:
        """Name the files that rows promise whole, and that the old store itself does not have."""
        return sorted(
            blob
            for blob, size in named.items()
            if sum(self._compared.get(blob, {}).values()) != size
        )
