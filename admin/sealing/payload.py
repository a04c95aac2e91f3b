"""What stands inside a sealed file: a tip, its label, or a message, padded so that sizes tell less.

Padding is spaces after the JSON, so what was opened parses as it is.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self, cast, get_args

from admin.sealing.errors import SealingError

TIP_STEP = 8192
TIP_CLASS = 2 * TIP_STEP
"""What an ordinary tip is filled up to, with a contact or without: 16 KiB hold 1,300 characters and
a contact, or all that the form takes without one. What is longer grows in steps."""
LABEL_STEP = 512
MESSAGE_STEP = 4096
CONTACT_STEP = 512
TALK = 32
REFERENCE_BITS = 50
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Flag = Literal["minor", "official", "danger"]
Kind = Literal["message", "supplement", "danger", "withdraw"]
Direction = Literal["staff", "reporter"]
FieldValue = str | list[str]


class BadContent(SealingError):
    """What was opened is not what we write."""


class WrongMac(BadContent):
    """The message was not written by one who holds this tip's key, or not for this tip."""


class BrokenChain(BadContent):
    """A message is missing, repeated or out of order."""


def new_reference() -> str:
    """Return a random reference of 50 bits."""
    return reference_of(secrets.randbits(REFERENCE_BITS))


def reference_of(number: int) -> str:
    """Write a number as a reference: two groups of five characters."""
    characters = "".join(CROCKFORD[number >> 5 * place & 31] for place in range(10))
    return f"{characters[:5]}-{characters[5:]}"


def pad(data: bytes, step: int) -> bytes:
    """Fill up with spaces to the next whole step; what is whole already stays."""
    return data + b" " * (-len(data) % step)


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip as its reader sees it; `talk` and `reporter` let staff answer, nothing else does."""

    reference: str
    fields: Mapping[str, FieldValue] = field(repr=False)
    reporter: str
    talk: bytes = field(repr=False)
    files: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    contact: bytes = field(default=b"", repr=False)
    """What the reporter can be reached by: an age file in an age file, for two units to open."""

    def to_bytes(self) -> bytes:
        content = {
            "v": 1,
            "kind": "tip",
            "reference": self.reference,
            "fields": dict(self.fields),
            "reporter": self.reporter,
            "talk": base64.b64encode(self.talk).decode(),
            "files": [dict(file) for file in self.files],
        }
        if self.contact:
            content["contact"] = base64.b64encode(self.contact).decode()
        return pad(_dump(content).ljust(TIP_CLASS), TIP_STEP)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        content = _load(data, kind="tip")
        try:
            talk = base64.b64decode(content["talk"], validate=True)
            tip = cls(
                reference=content["reference"],
                fields=content["fields"],
                reporter=content["reporter"],
                talk=talk,
                files=tuple(content["files"]),
                contact=base64.b64decode(content.get("contact", ""), validate=True),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadContent("a malformed tip") from error
        if len(talk) != TALK or not isinstance(tip.fields, dict):
            raise BadContent("a malformed tip")
        return tip


@dataclass(frozen=True, slots=True)
class Label:
    """What the queue shows of a tip once the desk's browser has opened it."""

    category: str
    township: str
    flags: tuple[Flag, ...] = ()

    def to_bytes(self) -> bytes:
        content = {
            "v": 1,
            "kind": "label",
            "category": self.category,
            "township": self.township,
            "flags": list(self.flags),
        }
        return pad(_dump(content), LABEL_STEP)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        content = _load(data, kind="label")
        try:
            flags = tuple(content["flags"])
            label = cls(content["category"], content["township"], flags)
        except (KeyError, TypeError) as error:
            raise BadContent("a malformed label") from error
        if not set(flags) <= set(get_args(Flag)):
            raise BadContent("an unknown flag")
        return label


NO_LABEL = Label("", "")
"""What a supervisory tip carries in a label's place: sealed, it looks like any other."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message between staff and a reporter.

    `number` runs over both directions; `previous` is the digest of the message before. The digest
    stands in clear in the row: it hangs on the secret MAC, so nobody can guess words by it.
    """

    kind: Kind
    direction: Direction
    reference: str
    number: int
    previous: str
    body: str = field(repr=False)
    mac: str = field(repr=False)
    day: str = ""
    """The day of an answer, as 2026-11-30, from the browser that sealed it: no row says another.
    Empty in the reporter's messages, and in answers from before it was written."""

    @classmethod
    def make(
        cls,
        body: str,
        talk: bytes,
        *,
        kind: Kind,
        direction: Direction,
        reference: str,
        number: int,
        previous: str,
        day: str = "",
    ) -> Self:
        mac = message_mac(
            talk, direction=direction, reference=reference, number=number, body=body, day=day
        )
        return cls(kind, direction, reference, number, previous, body, mac, day)

    def to_bytes(self) -> bytes:
        return pad(self._json(), MESSAGE_STEP)

    @property
    def digest(self) -> str:
        return digest(self._json())

    def verify(
        self, talk: bytes, *, direction: Direction, reference: str, number: int, previous: str
    ) -> None:
        """Raise WrongMac or BrokenChain unless this is the message that belongs at this place."""
        expected = message_mac(
            talk,
            direction=direction,
            reference=reference,
            number=self.number,
            body=self.body,
            day=self.day,
        )
        same_place = self.direction == direction and self.reference == reference
        if not (same_place and hmac.compare_digest(self.mac.encode(), expected.encode())):
            raise WrongMac("a message that does not belong to this tip")
        if (self.number, self.previous) != (number, previous):
            raise BrokenChain(f"message {self.number} where {number} must stand")

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read an envelope; who reads must still `verify` it."""
        content = _load(data)
        names = ["kind", "direction", "reference", "number", "previous", "body", "mac"]
        if "day" in content:
            names.append("day")
        if set(content) != {"v", *names} or not _has_good_day(content):
            raise BadContent("a malformed message")
        number = content["number"]
        texts = (content[name] for name in names if name != "number")
        if type(number) is not int or number < 1 or not all(isinstance(t, str) for t in texts):
            raise BadContent("a malformed message")
        if content["kind"] not in get_args(Kind) or content["direction"] not in get_args(Direction):
            raise BadContent("an unknown kind of message")
        return cls(**{name: content[name] for name in names})

    def _json(self) -> bytes:
        return _dump(
            {
                "v": 1,
                "kind": self.kind,
                "direction": self.direction,
                "reference": self.reference,
                "number": self.number,
                "previous": self.previous,
                "body": self.body,
                "mac": self.mac,
                **({"day": self.day} if self.day else {}),
            }
        )


def _has_good_day(content: Mapping[str, Any]) -> bool:
    """Tell whether a message has no day, or one that a calendar has."""
    text = content.get("day", "2000-01-01")
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def digest(envelope: bytes) -> str:
    """Return the digest of an envelope's bytes, with or without their padding."""
    return hashlib.sha256(envelope.rstrip(b" ")).hexdigest()


def message_mac(
    talk: bytes, *, direction: Direction, reference: str, number: int, body: str, day: str = ""
) -> str:
    # In the first line, where without a day nothing but one of two words stands.
    text = f"{direction}{f' {day}' if day else ''}\n{reference}\n{number}\n{body}"
    return hmac.digest(talk, text.encode(), "sha256").hex()


def _dump(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _load(data: bytes, *, kind: str | None = None) -> dict[str, Any]:
    try:
        content = json.loads(data.decode())
        # JSON can spell half a character (a lone surrogate), which no bytes of ours can hold.
        _dump({"": content})
    except (ValueError, RecursionError) as error:
        raise BadContent("not JSON") from error
    if not isinstance(content, dict) or content.get("v") != 1:
        raise BadContent("not version 1")
    if kind and content.get("kind") != kind:
        raise BadContent("another kind of content")
    return cast(dict[str, Any], content)
