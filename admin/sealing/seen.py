"""What a reporter has seen of the answers: kept under the talk key, for the unit's browsers.

The server holds the box and, as long as it never held the talk key (without scripts it does, for a
moment), can neither read nor make one: `nonce (12) ‖ ChaCha20-Poly1305`, under
a key that HMAC derives from the tip's talk key, over the number of the last answer seen, the day,
and that answer's digest. Always of one size; before the first it is random bytes, which look the
same.
`admin/browser/shared/sealing/seen.js` does the same.
"""

import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import date
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from admin.sealing.errors import SealingError

NONCE: Final = 12
SEEN: Final = 68
"""Bytes of a box."""
_DOMAIN: Final = "dengshao seen v1"
# Number, day as YYYYMMDD, digest; most significant byte first.
_CONTENT: Final = struct.Struct(">II32s")


class NotSeen(SealingError):
    """No box that this tip's reporter made: they have not come yet, or somebody took it away."""


@dataclass(frozen=True)
class Seen:
    """Up to where a reporter has read, and on which day."""

    number: int
    """Of the last answer of staff that opened and stood in its place; 0 before the first."""
    day: date
    digest: str = ""
    """Of that answer, as hexadecimal digits; empty where there was none."""


def blank() -> bytes:
    """Make what stands in the place of a box until the reporter has come."""
    return secrets.token_bytes(SEEN)


def seal_seen(talk: bytes, reference: str, seen: Seen) -> bytes:
    """Make the box of one visit."""
    day = int(seen.day.strftime("%Y%m%d"))
    content = _CONTENT.pack(seen.number, day, bytes.fromhex(seen.digest))
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(talk, reference).encrypt(nonce, content, None)


def open_seen(talk: bytes, reference: str, box: bytes) -> Seen:
    """Read a box. Raises `NotSeen` for whatever this tip's reporter did not make."""
    try:
        content = _cipher(talk, reference).decrypt(box[:NONCE], box[NONCE:], None)
        number, day, digest = _CONTENT.unpack(content)
        seen_on = date(day // 10_000, day // 100 % 100, day % 100)
    except (InvalidTag, ValueError, struct.error) as error:
        raise NotSeen("no box of this tip") from error
    return Seen(number, seen_on, digest.hex() if number else "")


def _cipher(talk: bytes, reference: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hmac.digest(talk, f"{_DOMAIN}\n{reference}".encode(), "sha256"))
