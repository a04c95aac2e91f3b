"""Sealed files for tests, and who brings them over HTTP as a reporter's browser does."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from admin.sealing import age
from admin.sealing.age import HybridIdentity
from admin.sealing.padme import blob_size
from admin.vault.files.blobs import PART

OCTETS = "application/octet-stream"


@dataclass
class SealedFile:
    """A file as a browser seals it: to a fresh identity, filled up with zeros."""

    clear: bytes = field(repr=False)
    identity: HybridIdentity = field(default_factory=HybridIdentity.generate, repr=False)
    data: bytes = field(init=False, repr=False)

    def __post_init__(self):
        filling = bytes(blob_size(len(self.clear)) - len(self.clear))
        self.data = age.seal(self.clear + filling, [self.identity.recipient])

    @classmethod
    def of(cls, size):
        return cls(secrets.token_bytes(size))

    @property
    def parts(self):
        return [self.data[start : start + PART] for start in range(0, len(self.data), PART)]


@dataclass
class Uploader:
    """Brings files over a client; `proof` solves a challenge."""

    client: object
    proof: Callable[[], str]

    def ask(self, size, **changes):
        content = {"proof": self.proof(), "size": size} | changes
        return self.client.post("/tip/files/ticket", json=content)

    def ticket(self, size):
        answer = self.ask(size)
        assert answer.status_code == 200, answer.text
        return answer.json["ticket"]

    def next(self, ticket):
        return self.client.post("/tip/files/next", json={"ticket": ticket})

    def drop(self, ticket):
        return self.client.post("/tip/files/drop", json={"ticket": ticket})

    def part(self, ticket, number, data, kind=OCTETS, **changes):
        headers = {
            "Dengshao-Ticket": ticket,
            "Dengshao-Part": str(number),
            "Dengshao-Digest": sha256(data).hexdigest(),
        } | {f"Dengshao-{name.title()}": value for name, value in changes.items()}
        return self.client.post("/tip/files/part", data=data, content_type=kind, headers=headers)

    def bring(self, file, ticket=None, start=0):
        """Bring all parts from `start` on; gives the ticket and the last answer."""
        ticket = ticket or self.ticket(len(file.data))
        answer = None
        for number, data in enumerate(file.parts[start:], start):
            answer = self.part(ticket, number, data)
            assert answer.status_code == 200, answer.text
        return ticket, answer

    def whole(self, size=1000):
        """Bring one file whole; gives its ticket."""
        ticket, answer = self.bring(SealedFile.of(size))
        assert answer.json["whole"] is True
        return ticket
