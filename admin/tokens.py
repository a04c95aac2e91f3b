"""The token of a public form: a signed nonce, no cookie and no row until it is spent.

A public form holds no authority that a stranger could borrow, so there is nothing to steal by a
forged request; the token is there so that one showing of a form makes one tip.
"""

import secrets
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from .db import SHANGHAI

TOKEN_SECONDS = 24 * 3600
"""For how long a token is good; it is renewed whenever the form is shown again."""

_FIELDS = struct.Struct(">16sI")


class BadToken(Exception):
    """Not a token that we signed."""


@dataclass(frozen=True)
class FormNonce:
    """What a form's token says: a nonce, and when the form was first shown (epoch seconds)."""

    nonce: bytes
    first_shown: int

    @property
    def day(self) -> date:
        """The day of the first showing in Asia/Shanghai: whose key makes the receipt."""
        return datetime.fromtimestamp(self.first_shown, SHANGHAI).date()

    @property
    def age(self) -> int:
        """Seconds since the form was first shown."""
        return int(time.time()) - self.first_shown


class FormTokens:
    """Signs and reads form tokens."""

    def __init__(self, key: bytes) -> None:
        self._signer = TimestampSigner(key, salt="dengshao form v1", digest_method=sha256)

    def new(self) -> str:
        """Make a token with a fresh nonce."""
        return self.renew(FormNonce(secrets.token_bytes(16), int(time.time())))

    def renew(self, nonce: FormNonce) -> str:
        """Sign the same nonce anew, so that a form shown again keeps its receipt."""
        packed = _FIELDS.pack(nonce.nonce, nonce.first_shown)
        return self._signer.sign(urlsafe_b64encode(packed)).decode("ascii")

    def read(self, token: str) -> tuple[FormNonce, bool]:
        """Read a token; the second value tells whether it is still good. Raises `BadToken`."""
        fresh = True
        try:
            payload = self._signer.unsign(token, max_age=TOKEN_SECONDS)
        except SignatureExpired as expired:
            payload, fresh = expired.payload or b"", False
        except BadSignature:
            raise BadToken from None
        try:
            return FormNonce(*_FIELDS.unpack(urlsafe_b64decode(payload))), fresh
        except (Base64Error, struct.error):
            raise BadToken from None
