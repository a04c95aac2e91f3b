"""Reads a talk with the receipt's keys, trusting no row: each message must stand in its place.

Pure. `admin/browser/mailbox/thread.js` does the same where scripts are on.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ..sealing import age
from ..sealing.errors import SealingError
from ..sealing.payload import BrokenChain, Envelope, digest
from ..sealing.receipt import ReceiptKeys


class Row(Protocol):
    """A message as it lies in the database."""

    @property
    def number(self) -> int: ...
    @property
    def direction(self) -> str: ...
    @property
    def sent_on(self) -> date: ...
    @property
    def digest(self) -> str: ...
    @property
    def sealed(self) -> bytes: ...


class Trouble(enum.StrEnum):
    """What is wrong at a place of the talk; said loudly."""

    CHANGED = "changed"
    MISPLACED = "misplaced"
    MISSING = "missing"


@dataclass(frozen=True)
class Entry:
    """One place of the talk as the reporter sees it; their own words are never in it."""

    number: int
    side: str
    day: date | None = None
    body: str = ""
    trouble: Trouble | None = None


def open_thread(rows: Sequence[Row], keys: ReceiptKeys, reference: str) -> list[Entry]:
    """Open the staff's messages and check the chain over both sides.

    What a row says of itself decides nothing but the order: the numbers, digests and MACs inside
    the envelopes have to agree with it.
    """
    # Made even for an empty talk, so that an unknown receipt costs what a new tip does.
    identity = keys.identity
    entries: list[Entry] = []
    last, previous = 0, ""
    for row in rows:
        if row.number != last + 1:
            entries.append(Entry(last + 1, "staff", trouble=Trouble.MISSING))
        if row.direction == "staff":
            entries.append(_open_row(row, identity, keys.talk, reference, previous))
        else:
            entries.append(Entry(row.number, "reporter", row.sent_on))
        last, previous = row.number, row.digest
    return entries


def _open_row(
    row: Row, identity: age.HybridIdentity, talk: bytes, reference: str, previous: str
) -> Entry:
    body, trouble = "", None
    try:
        plain = age.open_sealed(row.sealed, [identity])
        envelope = Envelope.parse(plain)
        body = envelope.body
        envelope.verify(
            talk, direction="staff", reference=reference, number=row.number, previous=previous
        )
        if digest(plain) != row.digest:
            trouble = Trouble.MISPLACED
    except BrokenChain:
        # By its MAC it is the staff's, but it was not written for this place.
        trouble = Trouble.MISPLACED
    except SealingError:
        body, trouble = "", Trouble.CHANGED
    return Entry(row.number, "staff", row.sent_on, body, trouble)
