"""Bytes to a socket and back: what no HTTP library would agree to send."""

import re
import socket
from dataclasses import dataclass, field

SECONDS = 60
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass(frozen=True)
class Hostile:
    """A request as it goes over the wire, and how its sender leaves."""

    kind: str
    data: bytes
    stays: bool = True
    """Whether the sender waits for the answer, or goes away at once."""

    def __repr__(self) -> str:
        return f"Hostile({self.kind!r}, {self.data[:2000]!r}, {self.stays})"


@dataclass
class Answers:
    """What came back on one connection."""

    data: bytes = b""
    statuses: list[int] = field(default_factory=list)


def request(
    method: str | bytes,
    target: str | bytes,
    host: str | bytes,
    body: bytes = b"",
    kind: str | bytes = "",
    *more: bytes,
    length: int | str | None = None,
) -> bytes:
    """Write a request whose parts may be anything."""
    lines = [b" ".join((raw(method), raw(target), b"HTTP/1.1")), b"Host: " + raw(host)]
    if kind:
        lines.append(b"Content-Type: " + raw(kind))
    if body or length is not None:
        lines.append(b"Content-Length: " + raw(str(len(body) if length is None else length)))
    return b"\r\n".join([*lines, *more, b"Connection: close", b"", body])


def raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def send(address: tuple[str, int], hostile: Hostile) -> Answers:
    """Send a request and read until the server closes; a server that never does is a failure."""
    answers = Answers()
    with socket.create_connection(address, timeout=SECONDS) as connection:
        try:
            connection.sendall(hostile.data)
            if not hostile.stays:
                return answers
            connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            # It was answered before all of it was sent.
            answers.statuses = []
        try:
            while part := connection.recv(65536):
                answers.data += part
        except ConnectionResetError:
            # What came before stands.
            answers.statuses = []
    answers.statuses = [int(status) for status in _STATUS.findall(answers.data)]
    return answers
