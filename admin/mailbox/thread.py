"""Reads a talk with the receipt's keys, trusting no row: each message must stand in its place.

Pure. `admin/browser/mailbox/thread.js` does the same where scripts are on.
"""

import enum
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from ..sealing import age
from ..sealing.age.shape import WrongShape, clear_size
from ..sealing.errors import SealingError
from ..sealing.payload import BadContent, BrokenChain, Envelope, digest
from ..sealing.receipt import ReceiptKeys
from ..sealing.reward import reveal


class MessageRow(Protocol):
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
    @property
    def act(self) -> str | None: ...


class Trouble(enum.StrEnum):
    """What is wrong at a place of the talk; said loudly."""

    CHANGED = "changed"
    MISPLACED = "misplaced"
    MISSING = "missing"
    NO_QUESTION = "no_question"


@dataclass(frozen=True)
class _DecoyRow:
    """A message that lies in no database."""

    sealed: bytes
    digest: str
    number: int = 1
    direction: str = "staff"
    sent_on: date = date.min
    act: str | None = None


_NOWHERE = "00000-00000"


@dataclass(frozen=True)
class Entry:
    """One place of the talk as the reporter sees it; their own words are never in it."""

    number: int
    side: str
    day: date | None = None
    body: str = ""
    act: str = ""
    """Of an own message: `danger` or `withdraw`; empty for words."""
    trouble: Trouble | None = None


def open_thread(
    rows: Sequence[MessageRow], keys: ReceiptKeys, reference: str, *, length: int, is_asked: bool
) -> list[Entry]:
    """Open the staff's messages and check the chain over both sides.

    What a row says of itself decides nothing but the order: the numbers, digests and MACs inside
    the envelopes have to agree with it. `length` is the count that the tip keeps of its messages,
    and `is_asked` tells whether staff say that they asked something.
    """
    entries, last = _open_rows(rows, keys, reference)
    _open_decoys(sum(row.direction == "staff" for row in rows))
    if last != length:
        entries.append(_missing(last + 1))
    if is_asked and not any(entry.body for entry in entries):
        entries.append(Entry(last + 1, "staff", trouble=Trouble.NO_QUESTION))
    return entries


OPENED_STEP = 4
"""A visit opens so many messages, or a multiple: how long it takes tells little of the talk."""


def _open_decoys(opened: int) -> None:
    row, identity, talk = _decoy()
    for _ in range(max(OPENED_STEP, -(-opened // OPENED_STEP) * OPENED_STEP) - opened):
        _open_row(row, identity, talk, _NOWHERE, "")


def decoy_row() -> MessageRow:
    """Give a message like the staff's that lies in no database."""
    return _decoy()[0]


@cache
def _decoy() -> tuple[MessageRow, age.HybridIdentity, bytes]:
    """Make a message like the staff's, to keys of nobody; once in a process."""
    identity, talk = age.HybridIdentity.generate(), secrets.token_bytes(32)
    envelope = Envelope.make(
        "", talk, kind="message", direction="staff", reference=_NOWHERE, number=1, previous=""
    )
    sealed = age.seal(envelope.to_bytes(), [identity.recipient] * 3)
    return _DecoyRow(sealed, envelope.digest), identity, talk


def _open_rows(
    rows: Sequence[MessageRow], keys: ReceiptKeys, reference: str
) -> tuple[list[Entry], int]:
    """Judge each row by the one before; give the last number too."""
    # Made even for an empty talk, so that an unknown receipt costs what a new tip does.
    identity = keys.identity
    entries: list[Entry] = []
    last, previous = 0, ""
    for row in rows:
        if row.number != last + 1:
            entries.append(_missing(last + 1))
        if row.direction == "staff":
            entries.append(_open_row(row, identity, keys.talk, reference, previous))
        else:
            trouble = None if is_own_whole(row) else Trouble.CHANGED
            own = Entry(row.number, "reporter", row.sent_on, act=row.act or "", trouble=trouble)
            entries.append(own)
        last, previous = row.number, row.digest
    return entries, last


def is_own_whole(row: MessageRow) -> bool:
    """Tell whether a row of the reporter can be theirs: sealed for the two keys of a unit.

    The staff's messages are sealed for the reporter as well, so one that was given the other side's
    name has a key too many.
    """
    try:
        clear_size(row.sealed, recipients=2)
    except WrongShape:
        return False
    return True


def _missing(number: int) -> Entry:
    return Entry(number, "staff", trouble=Trouble.MISSING)


def _open_row(
    row: MessageRow, identity: age.HybridIdentity, talk: bytes, reference: str, previous: str
) -> Entry:
    body, trouble, day = "", None, row.sent_on
    try:
        plain = age.open_sealed(row.sealed, [identity])
        envelope = Envelope.parse(plain)
        # The MAC does not cover the kind, and staff write no other.
        if envelope.kind != "message":
            raise BadContent("a kind that staff do not write")
        body = envelope.body
        # The one that was sealed, where one was.
        day = date.fromisoformat(envelope.day) if envelope.day else day
        envelope.verify(
            talk, direction="staff", reference=reference, number=row.number, previous=previous
        )
        body = reveal(body, identity)
        if digest(plain) != row.digest:
            trouble = Trouble.MISPLACED
    except BrokenChain:
        # By its MAC it is the staff's, but it was not written for this place.
        trouble = Trouble.MISPLACED
    except SealingError:
        body, trouble = "", Trouble.CHANGED
    return Entry(row.number, "staff", day, body, trouble=trouble)
