"""What the three kinds of recipients share: how a file key is wrapped, and what they answer to."""

from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .header import (
    HeaderError,
    Stanza,
    decode_base64,
)

FILE_KEY = 16
WRAPPED = FILE_KEY + 16
# Each wrapping key is used once, for one file key.
_NONCE = bytes(12)
_SHA256 = SHA256()


class Recipient(Protocol):
    @property
    def kind(self) -> str:
        """Name the kind; recipients of one file must all be of one."""

    def wrap(self, file_key: bytes) -> Stanza: ...


class Identity(Protocol):
    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key if one of the stanzas is for this identity."""


def hkdf(key: bytes, *, salt: bytes = b"", info: bytes, length: int = 32) -> bytes:
    return HKDF(_SHA256, length, salt, info).derive(key)


def wrap(key: bytes, file_key: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None)


def unwrap(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, body, None)
    except InvalidTag:
        return None


def read_arguments(stanza: Stanza, *lengths: int | None) -> list[bytes]:
    """Return the arguments after the type: base64 of the given length, or as they are for None.

    The length of the body is checked before anything is opened: a body for several keys at once
    (a partitioning oracle) must not be tried.
    """
    values = stanza.arguments[1:]
    if len(values) != len(lengths) or len(stanza.body) != WRAPPED:
        raise HeaderError(f"a malformed {stanza.type} stanza")
    return [
        _read_argument(stanza, value, length) for value, length in zip(values, lengths, strict=True)
    ]


def _read_argument(stanza: Stanza, value: str, length: int | None) -> bytes:
    if length is None:
        return value.encode()
    data = decode_base64(value.encode())
    if len(data) != length:
        raise HeaderError(f"a malformed {stanza.type} stanza")
    return data
