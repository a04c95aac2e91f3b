"""Age v1 files: written by pushing bytes in, read as a stream. The format is C2SP's `age.md`.

`Writer` and `Reader` hold one or two chunks of 64 KiB, however long the file is. For what fits in
memory there are `seal`, `seal_with_passphrase` and `open_sealed`.
"""

import hmac
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from types import TracebackType
from typing import BinaryIO, Self

from ..errors import SealingError
from . import (
    bech32,
    hybrid,
    passphrase,
    x25519,
)
from .bech32 import BadKey
from .header import (
    Header,
    HeaderError,
    encode_stanzas,
    finish,
    read_header,
)
from .hybrid import HybridIdentity, HybridRecipient
from .passphrase import PassphraseIdentity, PassphraseRecipient
from .stream import (
    ChunkWriter,
    PayloadError,
    open_chunks,
)
from .wrap import (
    FILE_KEY,
    Identity,
    Recipient,
    hkdf,
)
from .x25519 import X25519Identity, X25519Recipient

__all__ = [
    "BadKey",
    "BadMac",
    "BadRecipients",
    "HeaderError",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "NoMatch",
    "PassphraseIdentity",
    "PassphraseRecipient",
    "PayloadError",
    "Reader",
    "Recipient",
    "SealingError",
    "Writer",
    "X25519Identity",
    "X25519Recipient",
    "open_sealed",
    "parse_identity",
    "parse_recipient",
    "seal",
    "seal_with_passphrase",
]

_NONCE = 16


class BadRecipients(SealingError):
    """No recipient, or kinds that must not open the same file."""


class NoMatch(SealingError):
    """None of the identities opens this file."""


class BadMac(SealingError):
    """The header was changed after it was written."""


class Writer:
    """Seal what is pushed in.

    Leaving a `with` block by an exception does not close the file: what was written stays without
    its last chunk, so that no reader takes half a file for a whole one.
    """

    def __init__(self, write: Callable[[bytes], object], recipients: Sequence[Recipient]) -> None:
        _refuse_mixed(recipients)
        file_key, nonce = secrets.token_bytes(FILE_KEY), secrets.token_bytes(_NONCE)
        covered = encode_stanzas(recipient.wrap(file_key) for recipient in recipients)
        write(finish(covered, _mac(file_key, covered)) + nonce)
        self._chunks = ChunkWriter(write, _payload_key(file_key, nonce))
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        if self._closed:
            raise ValueError("this age file is closed")
        self._chunks.write(data)
        return len(data)

    def close(self) -> None:
        """Write the last chunk, once."""
        if not self._closed:
            self._chunks.finish()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()


class Reader:
    """Open a file: the header at once, the payload chunk by chunk as it is iterated."""

    def __init__(self, source: BinaryIO, identities: Sequence[Identity]) -> None:
        header = read_header(source)
        file_key = _file_key(header, identities)
        if not hmac.compare_digest(header.mac, _mac(file_key, header.covered)):
            raise BadMac("the MAC of the header is wrong")
        nonce = source.read(_NONCE)
        if len(nonce) != _NONCE:
            raise HeaderError("the nonce of the payload is missing")
        self._chunks = open_chunks(source, _payload_key(file_key, nonce))

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def seal(data: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return one age file that each of the recipients opens."""
    parts: list[bytes] = []
    with Writer(parts.append, recipients) as writer:
        writer.write(data)
    return b"".join(parts)


def seal_with_passphrase(data: bytes, text: str, log_n: int = passphrase.WORK_FACTOR) -> bytes:
    return seal(data, [PassphraseRecipient(text, log_n=log_n)])


def open_sealed(data: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the plain bytes, all verified, or raise one of this package's errors."""
    return b"".join(Reader(BytesIO(data), identities))


@lru_cache(maxsize=1024)
def parse_recipient(text: str) -> HybridRecipient | X25519Recipient:
    """Read `age1pq1…` or `age1…`; kept, since a hybrid one costs more to read than to use."""
    prefix, data = bech32.decode(text)
    # Recipients are written in lower case and identities in upper case, both by the specification.
    if text == text.lower():
        if prefix == hybrid.RECIPIENT_PREFIX:
            return HybridRecipient(data)
        if prefix == x25519.RECIPIENT_PREFIX:
            return X25519Recipient(data)
    raise BadKey("not a recipient")


def parse_identity(text: str) -> HybridIdentity | X25519Identity:
    """Read `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`; never kept."""
    prefix, data = bech32.decode(text)
    if text == text.upper():
        if prefix == hybrid.IDENTITY_PREFIX:
            return HybridIdentity(data)
        if prefix == x25519.IDENTITY_PREFIX:
            return X25519Identity(data)
    raise BadKey("not an identity")


def _refuse_mixed(recipients: Sequence[Recipient]) -> None:
    if not recipients:
        raise BadRecipients("no recipient")
    # One classic recipient would let a quantum computer open what the hybrid ones protect.
    if len({recipient.kind for recipient in recipients}) > 1:
        raise BadRecipients("recipients of more than one kind")
    if recipients[0].kind == PassphraseRecipient.kind and len(recipients) > 1:
        raise BadRecipients("a passphrase stands alone")


def _file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    types = [stanza.type for stanza in header.stanzas]
    # Who can open a file by passphrase takes it as coming from one who knew the passphrase.
    if passphrase.STANZA in types and len(types) > 1:
        raise HeaderError("a passphrase is not alone in the header")
    for identity in identities:
        if (file_key := identity.unwrap(header.stanzas)) is not None:
            return file_key
    raise NoMatch("none of the identities opens this file")


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, info=b"header"), covered, "sha256")


def _payload_key(file_key: bytes, nonce: bytes) -> bytes:
    return hkdf(file_key, salt=nonce, info=b"payload")
