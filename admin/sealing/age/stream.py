"""The payload of an age file: chunks of 64 KiB, each sealed with a counter and a mark of the end.

The nonce of a chunk needs no random part: the key is used for one payload only.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ..errors import SealingError

CHUNK = 64 * 1024
TAG = 16


class PayloadError(SealingError):
    """The payload was cut short, changed or added to."""


def nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11) + (b"\1" if last else b"\0")


class ChunkWriter:
    """Seal what is pushed in, holding one chunk at most."""

    def __init__(self, write: Callable[[bytes], object], key: bytes) -> None:
        self._write = write
        self._aead = ChaCha20Poly1305(key)
        self._pending = bytearray()
        self._counter = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        view = memoryview(data).cast("B")
        # A full chunk waits until more comes: only then is it known not to be the last.
        while len(self._pending) + len(view) > CHUNK:
            room = CHUNK - len(self._pending)
            self._pending += view[:room]
            view = view[room:]
            self._seal(last=False)
        self._pending += view

    def finish(self) -> None:
        self._seal(last=True)

    def _seal(self, *, last: bool) -> None:
        self._write(self._aead.encrypt(nonce(self._counter, last=last), self._pending, None))
        self._counter += 1
        self._pending.clear()


def open_chunks(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """Yield the plain chunks of a payload; a chunk is handed out only after it was verified.

    That a chunk is the last is in its nonce, not known beforehand. A short one can only be the
    last; a full one is tried as the last where it does not open as one in the middle.
    """
    aead, counter = ChaCha20Poly1305(key), 0
    while True:
        sealed = _read(source)
        plain = _open(aead, nonce(counter, last=False), sealed) if _is_full(sealed) else None
        last = plain is None
        if plain is None:
            plain = _open(aead, nonce(counter, last=True), sealed)
        if plain is None or (counter and not plain):
            raise PayloadError("a chunk does not open, or the end is missing")
        yield plain
        if last:
            break
        counter += 1
    if source.read(1):
        raise PayloadError("something follows the last chunk")


def _is_full(sealed: bytes) -> bool:
    return len(sealed) == CHUNK + TAG


def _open(aead: ChaCha20Poly1305, chunk_nonce: bytes, sealed: bytes) -> bytes | None:
    try:
        return aead.decrypt(chunk_nonce, sealed, None)
    except InvalidTag:
        return None


def _read(source: BinaryIO) -> bytes:
    """Read one sealed chunk whole, from sources too that give less than was asked for."""
    parts, left = [], CHUNK + TAG
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
