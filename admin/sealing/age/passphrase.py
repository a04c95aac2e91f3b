"""The scrypt stanza: a file opened by a passphrase instead of a key."""

import hashlib
import re
import secrets
from collections.abc import Sequence

from .header import (
    HeaderError,
    Stanza,
    encode_base64,
)
from .wrap import (
    read_arguments,
    unwrap,
    wrap,
)

STANZA = "scrypt"
WORK_FACTOR = 17
# A reader does 2^18 at most (256 MiB, a second): the factor comes from the file, so whoever wrote
# it would otherwise choose how long and in how much memory we work.
MAX_WORK_FACTOR = 18
_BLOCK_SIZE = 8
_SALT = 16
_LABEL = b"age-encryption.org/v1/scrypt"
_DECIMAL = re.compile(rb"[1-9][0-9]*")


class PassphraseRecipient:
    kind = "passphrase"

    def __init__(self, passphrase: str, *, log_n: int = WORK_FACTOR) -> None:
        self._passphrase = passphrase
        self._log_n = log_n

    def wrap(self, file_key: bytes) -> Stanza:
        salt = secrets.token_bytes(_SALT)
        body = wrap(stretch(self._passphrase, _LABEL + salt, log_n=self._log_n), file_key)
        return Stanza((STANZA, encode_base64(salt).decode(), str(self._log_n)), body)


class PassphraseIdentity:
    def __init__(self, passphrase: str, *, max_log_n: int = MAX_WORK_FACTOR) -> None:
        self._passphrase = passphrase
        self._max_log_n = max_log_n

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        # One at most: `age.Reader` has refused files where a passphrase is not alone.
        for stanza in stanzas:
            if stanza.type == STANZA:
                return self._unwrap(stanza)
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        salt, factor = read_arguments(stanza, _SALT, None)
        if not _DECIMAL.fullmatch(factor):
            raise HeaderError("a work factor that is not a number")
        # Compared by length first: int() of a very long number is slow.
        if len(factor) > len(str(self._max_log_n)) or int(factor) > self._max_log_n:
            raise HeaderError("a work factor over the limit")
        key = stretch(self._passphrase, _LABEL + salt, log_n=int(factor))
        return unwrap(key, stanza.body)


def stretch(passphrase: str, salt: bytes, *, log_n: int) -> bytes:
    """Return 32 bytes of scrypt with r = 8 and p = 1."""
    n = 1 << log_n
    # OpenSSL asks for the limit in advance and needs a little over the 128 * n * r of the blocks.
    memory = 128 * _BLOCK_SIZE * (n + 8)
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=n, r=_BLOCK_SIZE, p=1, maxmem=memory, dklen=32
    )
