"""The token of a public form: a signed nonce, no cookie and no row until it is spent.

A public form holds no authority that a stranger could borrow, so there is nothing to steal by a
forged request; the token is there so that one showing of a form makes one tip.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from ..clock import seconds
from ..db import SHANGHAI
from .signing import BadSigned, Signer

TOKEN_SECONDS = 24 * 3600
"""For how long a token is good; it is renewed whenever the form is shown again."""

_FIELDS = ">16sI"


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
        return seconds() - self.first_shown


class FormTokens:
    """Signs and reads form tokens."""

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(key, salt="dengshao form v1", fields=_FIELDS)

    def new(self) -> str:
        """Make a token with a fresh nonce."""
        return self.renew(FormNonce(secrets.token_bytes(16), seconds()))

    def renew(self, nonce: FormNonce) -> str:
        """Sign the same nonce anew, so that a form shown again keeps its receipt."""
        return self._signer.sign(nonce.nonce, nonce.first_shown)

    def read(self, token: str) -> tuple[FormNonce, bool]:
        """Read a token; the second value tells whether it is still good. Raises `BadToken`."""
        try:
            values, fresh = self._signer.read(token, seconds=TOKEN_SECONDS)
        except BadSigned:
            raise BadToken from None
        return FormNonce(*values), fresh
