"""The ticket of an upload: who holds it may bring the bytes of one sealed file, and nothing else.

It names a random blob and a length, no person and no tip; a tip that is sent later names the blob.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

TICKET_SECONDS = 24 * 3600
"""For how long a ticket takes parts; orphans are swept no sooner."""
MOST_TICKET = 200

_FIELDS = struct.Struct(">16sQ")


class BadTicket(Exception):
    """Not a ticket that we signed."""


@dataclass(frozen=True)
class Ticket:
    """What a ticket says: the blob, and how many sealed bytes it will have."""

    blob: str
    size: int


class Tickets:
    """Signs and reads tickets, and makes the key that keeps a browser's state for each."""

    def __init__(self, key: bytes, keep_key: bytes) -> None:
        self._signer = TimestampSigner(key, salt="dengshao upload v1", digest_method=sha256)
        self._keep_key = keep_key

    def new(self, ticket: Ticket) -> str:
        packed = _FIELDS.pack(bytes.fromhex(ticket.blob), ticket.size)
        return self._signer.sign(urlsafe_b64encode(packed)).decode("ascii")

    def read(self, text: str) -> tuple[Ticket, bool]:
        """Read a ticket; the second value tells whether it is still good. Raises `BadTicket`."""
        fresh = True
        if len(text) > MOST_TICKET or not text.isascii():
            raise BadTicket
        try:
            payload = self._signer.unsign(text, max_age=TICKET_SECONDS)
        except SignatureExpired as expired:
            payload, fresh = expired.payload or b"", False
        except BadSignature:
            raise BadTicket from None
        try:
            blob, size = _FIELDS.unpack(urlsafe_b64decode(payload))
        except (Base64Error, struct.error):
            raise BadTicket from None
        return Ticket(blob.hex(), size), fresh

    def keep(self, blob: str) -> bytes:
        """Make the 32-byte key under which a browser keeps what it needs to go on with a blob.

        It can be made again as long as the secret file is the same, and is written nowhere: what a
        browser leaves on its disk opens only for who asks us with the ticket.
        """
        return hmac.digest(self._keep_key, bytes.fromhex(blob), "sha256")
