"""Files that lie sealed while their form is shown again: what the page itself remembers of them.

No browser fills in a file field again, so what was sent once is sealed and stored at once, and the
page carries, under a key of the server, where it lies and what opens it. The server keeps neither.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ...cleaning import Uncleanable
from ...sealing.files import FileEntry
from ...sealing.payload import BadContent

_NONCE = 12


class BadKept(Exception):
    """Not what a page of ours carries for this form: the files must be chosen again."""


@dataclass(frozen=True)
class Held:
    """A file that lies sealed and hangs on no tip yet."""

    name: str = field(repr=False)
    """As its sender knows it; a cleaned one is sealed under a name that tells nothing."""
    digest: str = field(repr=False)
    """SHA-256 of the bytes as they came, in hexadecimal."""
    entries: tuple[FileEntry, ...]
    """What the tip says of it: one entry, or two where the original goes along."""
    reason: Uncleanable | None
    """Why it was not cleaned; None where it was."""
    is_packed: bool = False
    """Whether it lies in one blob with all other files of its form."""


def kept_key(day_key: bytes, nonce: bytes) -> bytes:
    """Make the key of one form's page: it is gone with the day's key, and opens no other form's."""
    info = b"dengshao kept files v1"
    return HKDF(algorithm=SHA256(), length=32, salt=nonce, info=info).derive(day_key)


def seal_kept(key: bytes, files: Sequence[Held]) -> str:
    """Write what the page carries; empty where there are no files."""
    if not files:
        return ""
    content = [
        {
            "name": file.name,
            "digest": file.digest,
            "reason": file.reason,
            "packed": file.is_packed,
            "entries": [entry.to_dict() for entry in file.entries],
        }
        for file in files
    ]
    nonce = secrets.token_bytes(_NONCE)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, json.dumps(content).encode(), None)
    return urlsafe_b64encode(nonce + sealed).decode("ascii")


def open_kept(key: bytes, text: str) -> list[Held]:
    """Read what a page carried. Raises `BadKept`."""
    if not text:
        return []
    try:
        data = urlsafe_b64decode(text.encode("ascii"))
        content = ChaCha20Poly1305(key).decrypt(data[:_NONCE], data[_NONCE:], None)
        return [_held(file) for file in json.loads(content)]
    except (Base64Error, UnicodeError, ValueError, InvalidTag, BadContent):
        raise BadKept from None


def _held(content: Any) -> Held:
    return Held(
        name=content["name"],
        digest=content["digest"],
        entries=tuple(FileEntry.parse(entry) for entry in content["entries"]),
        reason=None if content["reason"] is None else Uncleanable(content["reason"]),
        is_packed=content["packed"],
    )
