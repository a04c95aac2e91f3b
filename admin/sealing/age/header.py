"""The textual header of an age file: stanzas that wrap the file key, and a MAC over them."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import SealingError

VERSION_LINE = b"age-encryption.org/v1\n"
_ARGUMENTS_LINE = re.compile(rb"->((?: [\x21-\x7e]+)+)\n")
_MAC_LINE = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
_COLUMNS = 64
# Far over 100 hybrid recipients: a file without line feeds must not fill the memory.
_MAX_HEADER = 1 << 18


class HeaderError(SealingError):
    """The header is not one that the age specification allows."""


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapping of the file key; the first argument names its type."""

    arguments: tuple[str, ...]
    body: bytes

    @property
    def type(self) -> str:
        return self.arguments[0]


@dataclass(frozen=True, slots=True)
class Header:
    stanzas: tuple[Stanza, ...]
    mac: bytes
    # All that the MAC covers, as it was read: writing it anew could hide a difference.
    covered: bytes


def encode_stanzas(stanzas: Iterable[Stanza]) -> bytes:
    """Return the header up to the mark before the MAC, which is what the MAC covers."""
    return VERSION_LINE + b"".join(map(_encode_stanza, stanzas)) + b"---"


def finish(covered: bytes, mac: bytes) -> bytes:
    return b"%b %b\n" % (covered, encode_base64(mac))


def read_header(source: BinaryIO) -> Header:
    """Read one header and leave the source at the first byte of the payload."""
    lines = _Lines(source)
    if lines.next() != VERSION_LINE:
        raise HeaderError("not an age v1 file")
    stanzas: list[Stanza] = []
    while arguments := _ARGUMENTS_LINE.fullmatch(line := lines.next()):
        names = arguments[1].decode().split(" ")[1:]
        stanzas.append(Stanza(tuple(names), _read_body(lines)))
    end = _MAC_LINE.fullmatch(line)
    if not (stanzas and end):
        raise HeaderError("no stanza and MAC where they must stand")
    covered = b"".join(lines.seen)[: -len(line)] + b"---"
    return Header(tuple(stanzas), decode_base64(end[1]), covered)


def encode_base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def decode_base64(text: bytes) -> bytes:
    """Decode base64 without padding; only the one canonical text of some bytes is taken."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise HeaderError("not base64") from error
    if encode_base64(data) != text:
        raise HeaderError("not canonical base64")
    return data


class _Lines:
    """Lines with their ends, kept as read for the MAC."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._left = _MAX_HEADER
        self.seen: list[bytes] = []

    def next(self) -> bytes:
        line = self._source.readline(self._left)
        if not line.endswith(b"\n"):
            raise HeaderError("the header does not end")
        self._left -= len(line)
        self.seen.append(line)
        return line


def _read_body(lines: _Lines) -> bytes:
    body = []
    while len(line := lines.next()) == _COLUMNS + 1:
        body.append(line[:-1])
    if len(line) > _COLUMNS:
        raise HeaderError("a line of a stanza is too long")
    return decode_base64(b"".join(body) + line[:-1])


def _encode_stanza(stanza: Stanza) -> bytes:
    body = encode_base64(stanza.body)
    # The last line must be shorter than the others, so a full one is followed by an empty one.
    lines = [body[i : i + _COLUMNS] for i in range(0, len(body) + 1, _COLUMNS)]
    return b"-> %b\n%b\n" % (" ".join(stanza.arguments).encode(), b"\n".join(lines))
