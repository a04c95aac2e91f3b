"""Small facts of fixed shape, signed with their time: a form's token, a file's ticket."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from ..clock import seconds


class BadSigned(Exception):
    """Nothing that we signed."""


class MomentSigner(TimestampSigner):
    """Signs with the moment that no clock set back can change."""

    def get_timestamp(self) -> int:
        return seconds()


class Signer:
    """Signs the fields of one `struct` format, and reads them back."""

    def __init__(self, key: bytes, *, salt: str, fields: str) -> None:
        self._signer = MomentSigner(key, salt=salt, digest_method=sha256)
        self._fields = struct.Struct(fields)

    def sign(self, *values: Any) -> str:
        packed = self._fields.pack(*values)
        return self._signer.sign(urlsafe_b64encode(packed)).decode("ascii")

    def read(self, text: str, *, seconds: int) -> tuple[tuple[Any, ...], bool]:
        """Read the values, and whether they are younger than `seconds`. Raises `BadSigned`."""
        fresh = True
        try:
            payload = self._signer.unsign(text, max_age=seconds)
        except SignatureExpired as expired:
            payload, fresh = expired.payload or b"", False
        except BadSignature:
            raise BadSigned from None
        try:
            return self._fields.unpack(urlsafe_b64decode(payload)), fresh
        except (Base64Error, struct.error):
            raise BadSigned from None
