"""The ticket of an upload: who holds it may bring the bytes of one sealed file, and nothing else.

It names a random blob and a length, no person and no tip; a tip that is sent later names the blob.
"""

import hmac
from dataclasses import dataclass

from .signing import BadSigned, Signer

TICKET_SECONDS = 24 * 3600
"""For how long a ticket takes parts; orphans are swept no sooner."""
MOST_TICKET = 200

_FIELDS = ">16sQ"


class BadTicket(Exception):
    """Not a ticket that we signed."""


@dataclass(frozen=True)
class Ticket:
    """What a ticket says: the blob, and how many sealed bytes it will have."""

    blob: str
    size: int


class UploadTokens:
    """Signs and reads tickets, and makes the key that keeps a browser's state for each."""

    def __init__(self, key: bytes, keep_key: bytes) -> None:
        self._signer = Signer(key, salt="dengshao upload v1", fields=_FIELDS)
        self._keep_key = keep_key

    def new(self, ticket: Ticket) -> str:
        return self._signer.sign(bytes.fromhex(ticket.blob), ticket.size)

    def read(self, text: str) -> tuple[Ticket, bool]:
        """Read a ticket; the second value tells whether it is still good. Raises `BadTicket`."""
        if len(text) > MOST_TICKET or not text.isascii():
            raise BadTicket
        try:
            (blob, size), fresh = self._signer.read(text, seconds=TICKET_SECONDS)
        except BadSigned:
            raise BadTicket from None
        return Ticket(blob.hex(), size), fresh

    def keep(self, blob: str) -> bytes:
        """Make the 32-byte key under which a browser keeps what it needs to go on with a blob.

        It can be made again as long as the secret file is the same, and is written nowhere: what a
        browser leaves on its disk opens only for who asks us with the ticket.
        """
        return hmac.digest(self._keep_key, bytes.fromhex(blob), "sha256")
