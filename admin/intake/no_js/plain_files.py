"""Cleans and seals the files of a form without scripts, whose clear bytes are in memory alone."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
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
from .form_state import Held

CLEANING_SECONDS: Final = 45.0
"""For all files of one form: a browser, and a proxy before us, wait a minute for an answer."""


class NoRoom(Exception):
    """Today's budget is used up, or too much waits already: the words go without this file."""


class NotStored(Exception):
    """The store or the database is away or full: the words may go, this file does not."""


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
    digest: str = field(repr=False)
    pieces: tuple[Piece, ...]
    reason: Uncleanable | None


def tidy(
    name: str, data: bytes, *, number: int, with_original: bool, until: float, room: int | None
) -> Tidied:
    """Clean a file. One that can't be cleaned stays as it came, with the reason.

    `number` tells it from the form's others once its name is a neutral one; `until` is when, on
    the monotonic clock, the form's time for cleaning is over; `room` is how many bytes may come
    out, where others wait beside them. Redrawn, a small moving picture can become a huge one.
    """
    kind = sniff(data)
    shown, digest = safe_name(name, kind), sha256(data).hexdigest()
    output = 2 * len(data) + 16 * MIB
    output = output if room is None else max(min(output, room), 0)
    try:
        found = clean(data, name=shown, seconds=until - monotonic(), output=output)
    except NotCleaned as not_cleaned:
        pieces: tuple[Piece, ...] = (Piece(shown, kind, data, "kept"),)
        return Tidied(shown, digest, pieces, not_cleaned.reason)
    pieces = (Piece(neutral_name(found.type, number), found.type, found.data, "cleaned"),)
    if with_original:
        pieces += (Piece(shown, kind, data, "original"),)
    return Tidied(shown, digest, pieces, None)


@dataclass(frozen=True)
class Sealer:
    """Puts files into the store, sealed, before any tip names them."""

    session: Session
    blobs: BlobStore
    unlocked: Callable[[], AbstractContextManager[None]]
    """Lets others have their turn meanwhile."""

    def seal_apart(self, file: Tidied) -> Held:
        """Store each piece in a blob of its own. Raises `NoRoom` or `NotStored`."""
        entries = [
            entry
            for piece in file.pieces
            for entry in self._store([piece], blob_size(len(piece.data)))
        ]
        return Held(file.name, file.digest, tuple(entries), file.reason)

    def seal_together(self, files: Sequence[Tidied]) -> list[Held]:
        """Store all in one blob of a stepped size. Raises `NoRoom`, `NotStored` or `TooLong`."""
        pieces = [piece for file in files for piece in file.pieces]
        entries = iter(self._store(pieces, pack_size(sum(len(piece.data) for piece in pieces))))
        return [
            Held(
                name=file.name,
                digest=file.digest,
                entries=tuple(next(entries) for _piece in file.pieces),
                reason=file.reason,
                is_packed=True,
            )
            for file in files
        ]

    def unseal(self, file: Held) -> Tidied:
        """Read back what a page kept, to pack it anew. Raises `NotStored`."""
        pieces = (
            Piece(entry.name, entry.type, self._read(entry), entry.state) for entry in file.entries
        )
        return Tidied(file.name, file.digest, tuple(pieces), file.reason)

    def drop(self, blobs: Iterable[str]) -> None:
        """Let go of what is not wanted. Where the database won't let us now, the sweep does it."""
        try:
            for blob in blobs:
                uploads.drop(self.session, blob)
            self.session.commit()
        except SQLAlchemyError:
            self.session.rollback()

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
        except (BlobsAway, PartDiffers, uploads.NotWhole, SQLAlchemyError):
            self.session.rollback()
            self.drop([blob] if blob else [])
            raise NotStored from None
        return _entries(pieces, blob, str(identity))

    def _write(
        self, blob: str, identity: age.HybridIdentity, pieces: Sequence[Piece], clear_size: int
    ) -> None:
        upload = SealedUpload(self.blobs, blob, identity.recipient, clear_size=clear_size)
        for piece in pieces:
            for start in range(0, len(piece.data), PART):
                upload.write(memoryview(piece.data)[start : start + PART])
        upload.close()

    def _read(self, entry: FileEntry) -> bytes:
        try:
            with self.unlocked():
                sealed = b"".join(_parts(self.blobs, entry.blob))
                clear = age.open_sealed(sealed, [age.parse_identity(entry.key)])
        except (BlobsAway, age.SealingError):
            raise NotStored from None
        data = clear[entry.offset : entry.offset + entry.size]
        if sha256(data).hexdigest() != entry.sha256:
            raise NotStored
        return data


def _parts(blobs: BlobStore, blob: str) -> list[bytes]:
    return [blobs.read(blob, number) or b"" for number in range(blobs.parts(blob))]


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
