"""Bech32 as age uses it: the checksum of BIP 173 without its length limit."""

import base64
import binascii
from functools import lru_cache

from ..errors import SealingError

_CHARSET = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_BASE32 = bytes.maketrans(_CHARSET, _BASE32)
_TO_VALUE = bytes.maketrans(_CHARSET, bytes(range(32)))
_TO_CHARSET = bytes.maketrans(bytes(range(32)), _CHARSET)
# The digits of int(…, 32).
_TO_BASE32_DIGIT = bytes.maketrans(bytes(range(32)), b"0123456789abcdefghijklmnopqrstuv")
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


class BadKey(SealingError):
    """The text is not a recipient or identity of a kind that we read."""


def encode(prefix: str, data: bytes) -> str:
    """Return the lower-case Bech32 text of some bytes."""
    words = _values(data).translate(_TO_CHARSET)
    return f"{prefix}1{(words + _checksum(prefix, words)).decode()}"


def decode(text: str) -> tuple[str, bytes]:
    """Return the lower-case prefix and the bytes of a Bech32 text, or raise BadKey."""
    if not text.isascii() or text not in {text.lower(), text.upper()}:
        raise BadKey("not in one case of ASCII")
    prefix, one, rest = text.lower().rpartition("1")
    words, checksum = rest[:-_CHECKSUM_LENGTH].encode(), rest[-_CHECKSUM_LENGTH:].encode()
    if not (prefix and one) or set(rest.encode()) - set(_CHARSET):
        raise BadKey("not Bech32")
    if checksum != _checksum(prefix, words):
        raise BadKey("wrong checksum")
    return prefix, _bytes_of(words)


def _values(data: bytes) -> bytes:
    """Cut the bytes into values of five bits, the last one filled up with zeros.

    All groups of five bytes are spread at once, as lanes of one long number: base64.b32encode goes
    from group to group, and needs ten times as long for a recipient, of which one is written for
    every tip.
    """
    groups = -(-len(data) // 5)
    padded = data.ljust(5 * groups, b"\0")
    lanes = bytearray(8 * groups)
    for place in range(5):
        lanes[3 + place :: 8] = padded[place::5]
    number = int.from_bytes(lanes)
    for high, shift, low in _spreads(groups):
        number = (number & high) << shift | number & low
    return number.to_bytes(len(lanes))[: -(-len(data) * 8 // 5)]


@lru_cache(maxsize=8)
def _spreads(groups: int) -> list[tuple[int, int, int]]:
    """Return the steps that halve lanes of 40 bits to 20, 10 and 5, each moved to its place."""
    steps = (
        ("000000fffff00000", 12, "00000000000fffff"),
        ("000ffc00000ffc00", 6, "000003ff000003ff"),
        ("03e003e003e003e0", 3, "001f001f001f001f"),
    )
    return [
        (int(f"0{high * groups}", 16), shift, int(f"0{low * groups}", 16))
        for high, shift, low in steps
    ]


def _bytes_of(words: bytes) -> bytes:
    padding = b"=" * (-len(words) % 8)
    try:
        data = base64.b32decode(words.translate(_TO_BASE32) + padding)
    except binascii.Error as error:
        raise BadKey("not whole bytes") from error
    # Bits left over must be zero, else two texts would stand for one key.
    if _values(data) != words.translate(_TO_VALUE):
        raise BadKey("not canonical")
    return data


def _checksum(prefix: str, words: bytes) -> bytes:
    ascii_prefix = prefix.encode()
    expanded = bytes(c >> 5 for c in ascii_prefix) + b"\0" + bytes(c & 31 for c in ascii_prefix)
    residue = _residue(expanded + words.translate(_TO_VALUE) + bytes(_CHECKSUM_LENGTH)) ^ 1
    return bytes(_CHARSET[residue >> 5 * (5 - i) & 31] for i in range(_CHECKSUM_LENGTH))


def _residue(values: bytes) -> int:
    """Reduce the values, a polynomial over GF(32), modulo the generator of BIP 173.

    Each of the 30 bits of the residue is the parity of some of the bits of the values. Taking
    these parities of one long number is three times quicker than going from value to value, and
    the 1,952 values of a hybrid recipient are written for every tip.
    """
    # The 1 in front is the state in which BIP 173 begins.
    number = int(b"1" + values.translate(_TO_BASE32_DIGIT), 32)
    masks = _masks(5 * len(values) + 1)
    return sum(((number & mask).bit_count() & 1) << bit for bit, mask in enumerate(masks))


@lru_cache(maxsize=8)
def _masks(length: int) -> list[int]:
    """Return, for each bit of the residue, which bits of a number of that length decide it."""
    # What a single set bit is reduced to, from the highest bit to the lowest.
    residues = [1 << bit for bit in range(5)]
    while len(residues) < length:
        residues.append(_times_x(residues[-5]))
    columns = zip(*(f"{residue:030b}" for residue in reversed(residues[:length])), strict=True)
    return [int("".join(column), 2) for column in columns][::-1]


def _times_x(residue: int) -> int:
    top = residue >> 25
    residue = (residue & 0x1FFFFFF) << 5
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            residue ^= generator
    return residue
