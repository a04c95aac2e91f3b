"""A file object for the way without scripts: what is written into it is sealed at once.

The clear bytes pass through; of the sealed ones a part at most is held, until the store has it.
"""

from math import inf
from time import monotonic
from typing import Final

from ...sealing.age import Recipient, Writer
from ...sealing.padme import blob_size
from .blobs import PART, BlobsAway, BlobStore

_ZEROS: Final = bytes(64 * 1024)


class SealedUpload:
    """One blob, sealed to one recipient. Where an exception leaves it open, it never gets whole.

    Its row must have been promised, and committed, with `sealed_size(clear_size)` bytes.
    """

    def __init__(
        self,
        blobs: BlobStore,
        blob: str,
        recipient: Recipient,
        *,
        clear_size: int | None = None,
        until: float = inf,
    ) -> None:
        """Begin a blob. `clear_size` is what it is filled up to; Padmé's where it is left out.

        No part is begun after `until`, on the monotonic clock.
        """
        self._blobs, self._blob, self._until = blobs, blob, until
        self._clear_size = clear_size
        self._held = bytearray()
        self._parts = 0
        self.size = 0
        """Clear bytes written so far."""
        self._writer = Writer(self._hold, [recipient])
        self._is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Seal bytes. Raises `BlobsAway` where the store does not take them."""
        if self._is_closed:
            raise ValueError("this upload is closed")
        self.size += self._writer.write(data)
        return len(data)

    def close(self) -> None:
        """Fill up with zeros, write the last part. All of the blob stands then."""
        if self._is_closed:
            return
        size = blob_size(self.size) if self._clear_size is None else self._clear_size
        if size < self.size:
            raise ValueError("more was written than the blob was to hold")
        left = size - self.size
        while left:
            left -= self._writer.write(_ZEROS[:left])
        self._writer.close()
        if self._held:
            self._put(len(self._held))
        self._is_closed = True

    def _hold(self, sealed: bytes) -> None:
        self._held += sealed
        while len(self._held) >= PART:
            self._put(PART)

    def _put(self, length: int) -> None:
        if monotonic() > self._until:
            raise BlobsAway("the time of this press is over")
        self._blobs.put(self._blob, self._parts, bytes(self._held[:length]))
        del self._held[:length]
        self._parts += 1
