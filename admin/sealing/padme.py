"""How long a sealed file is made, so that its length tells little of what is in it.

Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files", PETS 2019, section 4)
adds at most 12 % and leaves O(log log) bits of the length.
`admin/browser/reporter/files/padme.js` does the same.
"""

from typing import Final

from .age.stream import CHUNK, TAG

SMALLEST: Final = 64 * 1024
"""Clear bytes that the smallest blob is filled up to."""
MIB: Final = 1024 * 1024
PACKS: Final = tuple(size * MIB for size in (4, 16, 64, 256, 1024, 2304))
"""Clear sizes of a supervisory tip's one blob: neither number nor size of its files shows."""
_NONCE: Final = 16
# Version line, one stanza `mlkem768x25519` (1,120 + 32 bytes in base64), MAC; tests seal one.
_HEADER: Final = 1627


class TooLong(Exception):
    """More than the largest of the steps holds."""


def padme(length: int) -> int:
    """Round a length up so that few of its bits are left."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << max(exponent - kept, 0)) - 1
    return (length + mask) & ~mask


def blob_size(size: int) -> int:
    """Give the clear bytes of a blob that holds one file of `size` bytes, zeros included."""
    return padme(max(size, SMALLEST))


def pack_size(size: int) -> int:
    """Give the clear bytes of a supervisory blob for files of `size` bytes together."""
    for step in PACKS:
        if size <= step:
            return step
    raise TooLong


def sealed_size(clear: int) -> int:
    """Give the bytes of an age file, to one hybrid recipient, of `clear` bytes."""
    chunks = max(-(-clear // CHUNK), 1)
    return _HEADER + _NONCE + clear + chunks * TAG
