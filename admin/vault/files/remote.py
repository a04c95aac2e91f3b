"""Sealed parts in an S3 store: asked again within bounds, and held against a digest when read.

obstore asks once and no more: it does not come back where the line drops in the midst of a write,
and counts a bound of its own for each request. Here one clock counts for all that a part needs.
"""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final, TypeVar

from obstore.store import ObjectStore

from .blobs import BlobsAway, BlobsRefused, BlobStore, PartSpoilt

ANSWER_SECONDS: Final = 5
"""For one request with its answer: 2 MiB in that time are 3.4 Mbit/s."""
CONNECT_SECONDS: Final = 2
AGAIN_SECONDS: Final = 2.0
"""What fails is asked again until then, and not later: who waits is a person."""
SILENT_SECONDS: Final = 10.0
"""A store that kept somebody waiting in vain is not asked for so long: threads are for words."""
MOST_SECONDS: Final = AGAIN_SECONDS + 2 * ANSWER_SECONDS + 1
"""A part is written and read back, or was refused, by then at the latest."""
_PAUSES: Final = (0.1, 0.4)
_DIGEST: Final = "sha256"
"""Of the sealed bytes, beside each object (x-amz-meta-sha256)."""

Answer = TypeVar("Answer")


class S3Blobs(BlobStore):
    """A bucket of any S3 store. Whatever it does, each call is over after `MOST_SECONDS`."""

    is_elsewhere = True

    def __init__(
        self, make: Callable[[], ObjectStore], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(make)
        self._clock = clock
        self._lock = threading.Lock()
        self._silent_until = float("-inf")

    def put(self, blob: str, number: int, data: bytes | memoryview) -> None:
        # Again after a broken line too: what stands by then is compared, and never written over.
        self._ask(lambda: super(S3Blobs, self).put(blob, number, data))

    def size(self, blob: str, number: int) -> int | None:
        return self._ask(lambda: super(S3Blobs, self).size(blob, number))

    def sizes(self, blob: str) -> dict[int, int]:
        return self._ask(lambda: super(S3Blobs, self).sizes(blob))

    def all_sizes(self) -> dict[str, dict[int, int]]:
        return self._ask(super().all_sizes)

    def is_empty(self) -> bool:
        return self._ask(super().is_empty)

    def read(self, blob: str, number: int) -> bytes | None:
        return self._ask(lambda: super(S3Blobs, self).read(blob, number))

    def remove(self, blob: str) -> None:
        self._ask(lambda: super(S3Blobs, self).remove(blob))

    def _ask(self, call: Callable[[], Answer]) -> Answer:
        """Ask, and again where that fails soon. Raises what `call` raises."""
        began = self._clock()
        if began < self._silent_until:
            raise BlobsAway("was silent a moment ago")
        for pause in (*_PAUSES, None):
            try:
                return call()
            except BlobsRefused:
                raise
            except BlobsAway:
                spent = self._clock() - began
                if spent >= AGAIN_SECONDS:
                    self._leave_alone()
                if pause is None or spent >= AGAIN_SECONDS:
                    raise
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _leave_alone(self) -> None:
        with self._lock:
            self._silent_until = self._clock() + SILENT_SECONDS

    def _write(self, path: str, data: bytes | memoryview) -> None:
        digest = {_DIGEST: sha256(data).hexdigest()}
        self._store.put(path, data, attributes=digest, mode="create", use_multipart=False)
        self._read_back(path, data)

    def _get(self, path: str) -> bytes:
        found = self._store.get(path)
        data = found.bytes().to_bytes()
        told = found.attributes.get(_DIGEST)
        if told is not None and told != sha256(data).hexdigest():
            raise PartSpoilt(data)
        return data

    def keeps_digest(self, blob: str, number: int) -> bool:
        """Tell whether the store gives back a part's digest; without one, nothing is held to it."""
        path = f"{blob}/{number:05}"
        return self._ask(lambda: _DIGEST in self._store.get(path).attributes)
