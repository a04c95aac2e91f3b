"""Bech32 as age uses it: the checksum of BIP 173 without its length limit."""

import base64
import binascii

from admin.sealing.errors import SealingError

_CHARSET = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_BECH32 = bytes.maketrans(_BASE32, _CHARSET)
_TO_BASE32 = bytes.maketrans(_CHARSET, _BASE32)
_TO_VALUE = bytes.maketrans(_CHARSET, bytes(range(32)))
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


class BadKey(SealingError):
    """The text is not a recipient or identity of a kind that we read."""


def encode(prefix: str, data: bytes) -> str:
    """Return the lower-case Bech32 text of some bytes."""
    # Base32 of RFC 4648 packs bits in the same order and pads with the same zero bits.
    words = base64.b32encode(data).rstrip(b"=").translate(_TO_BECH32)
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


def _bytes_of(words: bytes) -> bytes:
    padding = b"=" * (-len(words) % 8)
    try:
        data = base64.b32decode(words.translate(_TO_BASE32) + padding)
    except binascii.Error as error:
        raise BadKey("not whole bytes") from error
    # Bits left over must be zero, else two texts would stand for one key.
    if base64.b32encode(data).rstrip(b"=") != words.translate(_TO_BASE32):
        raise BadKey("not canonical")
    return data


def _checksum(prefix: str, words: bytes) -> bytes:
    ascii_prefix = prefix.encode()
    expanded = bytes(c >> 5 for c in ascii_prefix) + b"\0" + bytes(c & 31 for c in ascii_prefix)
    residue = _residue(expanded + words.translate(_TO_VALUE) + bytes(_CHECKSUM_LENGTH)) ^ 1
    return bytes(_CHARSET[residue >> 5 * (5 - i) & 31] for i in range(_CHECKSUM_LENGTH))


def _residue(values: bytes) -> int:
    """Reduce the values, a polynomial over GF(32), modulo the generator of BIP 173."""
    residue, start = 1, len(values) % 2
    if start:
        residue = _step(residue, values[0])
    # Two values at a time: a hybrid recipient has 1,952, and one is written for every tip.
    for high, low in zip(values[start::2], values[start + 1 :: 2], strict=True):
        residue = (residue & 0xFFFFF) << 10 ^ high << 5 ^ low ^ _TWO_STEPS[residue >> 20]
    return residue


def _step(residue: int, value: int) -> int:
    top = residue >> 25
    residue = (residue & 0x1FFFFFF) << 5 ^ value
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            residue ^= generator
    return residue


_TWO_STEPS = [_step(_step(top << 20, 0), 0) for top in range(1024)]
