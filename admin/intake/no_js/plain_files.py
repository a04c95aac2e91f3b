"""Cleans and seals files that come without scripts, whose clear bytes are in memory alone."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf
from time import monotonic
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ...cleaning import (
    NotCleaned,
    Uncleanable,
    clean,
    neutral_name,
    safe_name,
    sniff,
)
from ...logs import log_fault
from ...sealing import age
from ...sealing.files import FileEntry, State
from ...sealing.padme import (
    MIB,
    blob_size,
    pack_size,
    sealed_size,
)
from ...vault.files import uploads
from ...vault.files.blobs import (
    PART,
    BlobsAway,
    BlobStore,
    PartDiffers,
)
from ...vault.files.sealed_upload import SealedUpload
from ..supplements import SealedFile
from .memory_buffer import Trouble

PRESS_SECONDS: Final = 45.0
"""For all files of one press: a browser, and a proxy before us, wait a minute for an answer.

No part is begun after them; the last one may take a remote store 13 s more.
"""


class NoRoom(Exception):
    """Today's budget is used up, or too much waits already."""


class NotStored(Exception):
    """The store or the database is away or full."""


class StoreAway(NotStored):
    """The store has kept us waiting in vain, or would not; the next file would wait as long."""


@dataclass(frozen=True)
class Arrived:
    """A file as it came, in clear, for as long as the request lasts."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    mark: bytes = field(repr=False)
    """By which it is known again under the same form: of its bytes, and whether originals go."""
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Piece:
    """Clear bytes that become one entry of the tip."""

    name: str = field(repr=False)
    type: str
    data: bytes = field(repr=False)
    state: State


@dataclass(frozen=True)
class Tidied:
    """One file as it goes into the store: cleaned where that was possible."""

    name: str = field(repr=False)
    """As its sender knows it; a cleaned one is sealed under a name that tells nothing."""
    mark: bytes = field(repr=False)
    pieces: tuple[Piece, ...]
    reason: Uncleanable | None
    """Why it was not cleaned; None where it was."""


def tidy(
    file: Arrived, *, number: int, with_original: bool, until: float, room: int | None
) -> Tidied:
    """Clean a file. One that can't be cleaned stays as it came, with the reason.

    `number` tells it from the others once its name is a neutral one; `until` is when, on the
    monotonic clock, the time for cleaning is over; `room` is how many bytes may come out, where
    others wait beside them. Redrawn, a small moving picture can become a huge one.
    """
    data = file.data
    kind = sniff(data)
    shown = safe_name(file.name, kind)
    output = 2 * len(data) + 16 * MIB
    output = output if room is None else max(min(output, room), 0)
    try:
        found = clean(data, name=shown, seconds=until - monotonic(), output=output)
    except NotCleaned as not_cleaned:
        pieces: tuple[Piece, ...] = (Piece(shown, kind, data, "kept"),)
        return Tidied(file.name, file.mark, pieces, not_cleaned.reason)
    pieces = (Piece(neutral_name(found.type, number), found.type, found.data, "cleaned"),)
    if with_original:
        pieces += (Piece(shown, kind, data, "original"),)
    return Tidied(file.name, file.mark, pieces, None)


def pack_mark(files: Iterable[Tidied]) -> bytes:
    """Mark files that travel in one blob, so that no row tells how many there are."""
    return sha256(b"dengshao pack v1" + b"".join(sorted(file.mark for file in files))).digest()


@dataclass(frozen=True)
class Sealer:
    """Puts files into the store, sealed, before any tip names them."""

    session: Session
    blobs: BlobStore
    unlocked: Callable[[], AbstractContextManager[None]]
    """Lets others have their turn meanwhile."""
    until: float = inf
    """When, on the monotonic clock, the time for cleaning and storing is over."""

    def seal_apart(self, file: Tidied) -> SealedFile:
        """Store each piece in a blob of its own. Raises `NoRoom` or `NotStored`."""
        entries = [
            entry
            for piece in file.pieces
            for entry in self._store([piece], blob_size(len(piece.data)))
        ]
        return SealedFile(file.name, file.mark, tuple(entries), file.reason)

    def seal_together(self, files: Sequence[Tidied]) -> list[SealedFile]:
        """Store all in one blob of a stepped size. Raises `NoRoom`, `NotStored` or `TooLong`."""
        pieces = [piece for file in files for piece in file.pieces]
        entries = iter(self._store(pieces, pack_size(sum(len(piece.data) for piece in pieces))))
        mark = pack_mark(files)
        return [
            SealedFile(file.name, mark, tuple(next(entries) for _piece in file.pieces), file.reason)
            for file in files
        ]

    def _drop(self, blob: str) -> None:
        """Let go of a promise. Where the database won't let us now, the sweep does it."""
        try:
            uploads.drop(self.session, blob)
            self.session.commit()
        except SQLAlchemyError as error:
            self.session.rollback()
            log_fault(error)

    def _store(self, pieces: Sequence[Piece], clear_size: int) -> list[FileEntry]:
        identity, size = age.HybridIdentity.generate(), sealed_size(clear_size)
        if not self.blobs.has_room(size):
            # What is left belongs to words.
            raise NotStored
        blob = ""
        try:
            blob = uploads.reserve(self.session, size, is_proven=False).blob
            self.session.commit()
            with self.unlocked():
                self._write(blob, identity, pieces, clear_size)
            uploads.finish(self.session, self.blobs, blob, unlocked=self.unlocked)
            self.session.commit()
        except (uploads.NoBudget, uploads.TooManyOrphans):
            self.session.rollback()
            raise NoRoom from None
        except (BlobsAway, PartDiffers, uploads.NotWhole, SQLAlchemyError) as error:
            self.session.rollback()
            log_fault(error)
            if blob:
                self._drop(blob)
            raise (StoreAway if isinstance(error, BlobsAway) else NotStored) from None
        return _entries(pieces, blob, str(identity))

    def _write(
        self, blob: str, identity: age.HybridIdentity, pieces: Sequence[Piece], clear_size: int
    ) -> None:
        upload = SealedUpload(
            self.blobs, blob, identity.recipient, clear_size=clear_size, until=self.until
        )
        for piece in pieces:
            for start in range(0, len(piece.data), PART):
                upload.write(memoryview(piece.data)[start : start + PART])
        upload.close()


def _entries(pieces: Sequence[Piece], blob: str, key: str) -> list[FileEntry]:
    """Say where each piece lies: one after another in the blob."""
    entries, offset = [], 0
    for piece in pieces:
        entries.append(
            FileEntry(
                name=piece.name,
                type=piece.type,
                size=len(piece.data),
                sha256=sha256(piece.data).hexdigest(),
                blob=blob,
                key=key,
                offset=offset,
                state=piece.state,
            )
        )
        offset += len(piece.data)
    return entries
