"""A recovery identity in two halves, for two persons: each half alone tells nothing.

The first half is 32 random bytes, the second is the identity's seed XORed with it. Printed in
groups of four: 52 characters of Crockford's base32, then a group of four that checks the half.
"""

import hashlib
import secrets
from typing import Final

from ..sealing.age.hybrid import SEED, HybridIdentity
from ..sealing.payload import CROCKFORD

_LENGTH: Final = 52
_CHECK: Final = 4
_MISREAD: Final = str.maketrans("OIL", "011")


class BadHalf(Exception):
    """What was typed is not a half of a recovery identity."""


def split(identity: HybridIdentity) -> tuple[str, str]:
    """Return the two halves as they are printed."""
    first = secrets.token_bytes(SEED)
    return _print(first), _print(_xor(first, identity.seed))


def join(first: str, second: str) -> HybridIdentity:
    """Return the identity of two halves, typed in any grouping and case. Raises `BadHalf`."""
    return HybridIdentity(_xor(_read(first), _read(second)))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _print(half: bytes) -> str:
    text = _encode(int.from_bytes(half), _LENGTH) + _check(half)
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _read(typed: str) -> bytes:
    text = "".join(c for c in typed.upper() if c.isalnum()).translate(_MISREAD)
    if len(text) != _LENGTH + _CHECK or set(text) - set(CROCKFORD):
        raise BadHalf
    number = _decode(text[:_LENGTH])
    if number >> 8 * SEED:
        raise BadHalf
    half = number.to_bytes(SEED)
    if _check(half) != text[_LENGTH:]:
        raise BadHalf
    return half


def _check(half: bytes) -> str:
    """Return 20 bits of a hash, which catch a slip of the pen and tell nothing of the half."""
    digest = hashlib.sha256(b"dengshao recovery half v1" + half).digest()
    return _encode(int.from_bytes(digest[:3]) >> 4, _CHECK)


def _encode(number: int, length: int) -> str:
    return "".join(CROCKFORD[number >> 5 * i & 31] for i in reversed(range(length)))


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number << 5 | CROCKFORD.index(character)
    return number
