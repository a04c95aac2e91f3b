"""Recipients that a quantum computer does not open: X-Wing (ML-KEM-768 with X25519) by HPKE."""

import hashlib
import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from . import bech32
from .bech32 import BadKey
from .header import (
    HeaderError,
    Stanza,
    encode_base64,
)
from .wrap import read_arguments

STANZA = "mlkem768x25519"
RECIPIENT_PREFIX = "age1pq"
IDENTITY_PREFIX = "age-secret-key-pq-"
SEED = 32
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_MLKEM_SEED = 64
_MLKEM_PUBLIC = 1184
_MLKEM_CIPHERTEXT = 1088
_X25519 = 32


class HybridRecipient:
    """The public half: seals only."""

    kind = "hybrid"

    def __init__(self, public: bytes) -> None:
        if len(public) != _MLKEM_PUBLIC + _X25519:
            raise BadKey("a hybrid recipient of the wrong length")
        try:
            lattice = mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC])
        except ValueError as error:
            raise BadKey("not a hybrid recipient") from error
        curve = x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:])
        self.public = public
        self._key = hpke.MLKEM768X25519PublicKey(lattice, curve)

    def wrap(self, file_key: bytes) -> Stanza:
        sealed = _SUITE.encrypt(file_key, self._key, _INFO)
        share, body = sealed[: _MLKEM_CIPHERTEXT + _X25519], sealed[_MLKEM_CIPHERTEXT + _X25519 :]
        return Stanza((STANZA, encode_base64(share).decode()), body)

    @cached_property
    def text(self) -> str:
        return bech32.encode(RECIPIENT_PREFIX, self.public)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HybridRecipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)


class HybridIdentity:
    """The secret half; its text is given by `str`, never by `repr`."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED:
            raise BadKey("a hybrid identity of the wrong length")
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED + _X25519)
        self.seed = seed
        self._lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED])
        self._curve = x25519.X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:])
        self._key = hpke.MLKEM768X25519PrivateKey(self._lattice, self._curve)

    @classmethod
    def generate(cls) -> Self:
        return cls(secrets.token_bytes(SEED))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        return cls(seed)

    @cached_property
    def recipient(self) -> HybridRecipient:
        return HybridRecipient(self._public)

    @cached_property
    def recipient_text(self) -> str:
        """The recipient's text, without parsing its key anew: one is written for every tip."""
        return bech32.encode(RECIPIENT_PREFIX, self._public)

    @property
    def _public(self) -> bytes:
        lattice = self._lattice.public_key().public_bytes_raw()
        return lattice + self._curve.public_key().public_bytes_raw()

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        for stanza in stanzas:
            if stanza.type == STANZA and (file_key := self._unwrap(stanza)) is not None:
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        (share,) = read_arguments(stanza, _MLKEM_CIPHERTEXT + _X25519)
        self._refuse_low_order(share[_MLKEM_CIPHERTEXT:])
        try:
            return _SUITE.decrypt(share + stanza.body, self._key, _INFO)
        except InvalidTag:
            return None

    def _refuse_low_order(self, point: bytes) -> None:
        # The library gives one error for "not for us" and for a share that makes the secret zero;
        # the second is never an accident, and the specification wants it refused.
        try:
            self._curve.exchange(x25519.X25519PublicKey.from_public_bytes(point))
        except ValueError as error:
            raise HeaderError("a share of low order") from error

    def __str__(self) -> str:
        return bech32.encode(IDENTITY_PREFIX, self.seed).upper()

    def __repr__(self) -> str:
        return "<HybridIdentity>"
