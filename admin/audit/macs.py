"""The MACs of the log's lines: by SHA-256, and by SM3 (GB/T 32905) beside it.

Each is a chain of its own under a key of its own, so that neither hangs on the other: whoever can
forge one of the two still leaves the other broken. SM3 begins at some line, in a log of before in
the midst: its first MAC is over the SHA-256 MAC of the line before, and so over all that was.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from ..app_state import AppState
from ..config import ConfigError

FIRST_MAC: Final = "0" * 64
"""What stands in the place of the line before the first."""


class AuditLine(Protocol):
    """A line as it is stored: a row of the table or of a query of its columns."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def act(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def unit_id(self) -> str | None: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def detail(self) -> str: ...


class NoSm3(ConfigError):
    """The OpenSSL of this installation has no SM3; the message says what to do."""


@dataclass(frozen=True)
class Macs:
    """How one of the two chains is made."""

    name: str
    """As people know it."""
    key: bytes = field(repr=False)
    digest: Callable[[bytes, bytes], bytes]

    def of(self, line: AuditLine, number: int, previous: str | None) -> str:
        """Compute the hexadecimal MAC over a line, its number and the MAC of the line before."""
        parts = [
            *(number, line.at, line.act, line.by),
            *(line.unit_id, line.reference, line.detail, previous),
        ]
        return self.digest(self.key, json.dumps(parts).encode()).hex()

    def end(self, number: int, mac: str | None, sm3_from: int | None) -> str:
        """Compute the MAC of the log's end: its last line, and the line at which SM3 begins."""
        begins = "" if sm3_from is None else f" sm3 from {sm3_from}"
        return self.digest(self.key, f"end {number} {mac}{begins}".encode()).hex()


def sha256(key: bytes) -> Macs:
    return Macs("SHA-256", key, lambda secret, data: hmac.digest(secret, data, "sha256"))


def sm3(key: bytes) -> Macs:
    return Macs("SM3", key, sm3_hmac)


def sm3_hmac(key: bytes, data: bytes) -> bytes:
    """Compute the HMAC with SM3. Raises `NoSm3`."""
    try:
        mac = HMAC(key, hashes.SM3())
    except UnsupportedAlgorithm:
        # A log that goes on without its second chain would look as if somebody had taken it away.
        raise NoSm3(
            "The audit log needs SM3, which the OpenSSL of this cryptography package lacks: "
            "install the package of requirements.lock instead of the distribution's."
        ) from None
    mac.update(data)
    return mac.finalize()


def require_sm3() -> None:
    """Stop a start on a machine that could not write the log. Raises `NoSm3`."""
    sm3_hmac(b"start", b"start")


def both(state: AppState) -> tuple[Macs, Macs]:
    """Give the two chains of this installation, SHA-256 first."""
    return sha256(state.audit_key), sm3(state.audit_sm3_key)


@dataclass(frozen=True)
class EndMark:
    """What the setting `audit_end` holds: the log's end under both MACs; a cut tail shows by it.

    A log to which nothing was added since SM3 came holds the first two alone.
    """

    number: int
    sha256: str
    sm3_from: int | None = None
    """The line at which SM3 begins. Each of the two MACs covers it."""
    sm3: str = ""

    def __str__(self) -> str:
        words = [str(self.number), self.sha256]
        return " ".join(words if self.sm3_from is None else [*words, str(self.sm3_from), self.sm3])

    @classmethod
    def of(cls, macs: tuple[Macs, Macs], number: int, ends: tuple[str, str], begins: int) -> Self:
        """Make it. Only who has the keys can make it for an earlier line."""
        first, second = (one.end(number, mac, begins) for one, mac in zip(macs, ends, strict=True))
        return cls(number, first, begins, second)

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read it; None where it is none."""
        match (text or "").split(" "):
            case [number, mac] if is_count(number):
                return cls(int(number), mac)
            case [number, mac, begins, second] if is_count(number) and is_count(begins):
                return cls(int(number), mac, int(begins), second)
        return None

    def proves(self, macs: Macs, number: int, mac: str | None) -> bool:
        """Tell whether the log ends with this line, by one of the two MACs."""
        said = self.sm3 if macs.name == "SM3" else self.sha256
        return number == self.number and said == macs.end(number, mac, self.sm3_from)


def is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
