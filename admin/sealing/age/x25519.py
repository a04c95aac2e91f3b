"""The classic recipients of age. We seal nothing to them; they tie us to the official vectors."""

import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from . import bech32
from .bech32 import BadKey
from .header import (
    HeaderError,
    Stanza,
    encode_base64,
)
from .wrap import (
    hkdf,
    read_arguments,
    unwrap,
    wrap,
)

STANZA = "X25519"
RECIPIENT_PREFIX = "age"
IDENTITY_PREFIX = "age-secret-key-"
_LENGTH = 32
_INFO = b"age-encryption.org/v1/X25519"


class X25519Recipient:
    kind = "classic"

    def __init__(self, public: bytes) -> None:
        if len(public) != _LENGTH:
            raise BadKey("an X25519 recipient of the wrong length")
        self.public = public
        self._key = X25519PublicKey.from_public_bytes(public)

    def wrap(self, file_key: bytes) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            secret = ephemeral.exchange(self._key)
        except ValueError as error:
            raise BadKey("an X25519 recipient of low order") from error
        key = hkdf(secret, salt=share + self.public, info=_INFO)
        return Stanza((STANZA, encode_base64(share).decode()), wrap(key, file_key))

    def __str__(self) -> str:
        return bech32.encode(RECIPIENT_PREFIX, self.public)


class X25519Identity:
    def __init__(self, secret: bytes) -> None:
        if len(secret) != _LENGTH:
            raise BadKey("an X25519 identity of the wrong length")
        self._secret = secret
        self._key = X25519PrivateKey.from_private_bytes(secret)

    @classmethod
    def generate(cls) -> Self:
        return cls(secrets.token_bytes(_LENGTH))

    @cached_property
    def recipient(self) -> X25519Recipient:
        return X25519Recipient(self._key.public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        for stanza in stanzas:
            if stanza.type == STANZA and (file_key := self._unwrap(stanza)) is not None:
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        (share,) = read_arguments(stanza, _LENGTH)
        try:
            secret = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError as error:
            raise HeaderError("a share of low order") from error
        return unwrap(hkdf(secret, salt=share + self.recipient.public, info=_INFO), stanza.body)

    def __str__(self) -> str:
        return bech32.encode(IDENTITY_PREFIX, self._secret).upper()

    def __repr__(self) -> str:
        return "<X25519Identity>"
