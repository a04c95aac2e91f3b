"""What the app gets instead of an address: a token of its network that changes with the day.

nginx asks for it over a socket on this machine (`auth_request`), with one header, and hands on the
answer. The key is made here, lives in memory, and is forgotten at midnight: who has the app's disk
and memory, or both together with a later edge, can't tell of an address which token it had. Nothing
of it is written, not even counts. Where nobody answers, nginx hands on nothing: a tip without a
token falls under the budgets for everybody, and is never refused for it.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from ..wire.networks import network_of
from .folder import china_day

_MOST_ASKED: Final = 4096
_END: Final = b"\r\n\r\n"
_ADDRESS: Final = re.compile(rb"(?im)^dengshao-address: *([0-9a-f.:]{2,45})\r?$")


class Tokens:
    """Makes tokens under the key of the day."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._day: date | None = None
        self._key = b""

    def token(self, address: str) -> str | None:
        """Give the token of an address's network (IPv4 /24, IPv6 /48); None for no address."""
        network = network_of(address)
        if network is None:
            return None
        if (day := china_day(self._now())) != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return hmac.digest(self._key, network, "sha256")[:16].hex()


class Answering(asyncio.Protocol):
    """The smallest of web servers: nginx's one question, again and again on one connection."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while _END in self._asked:
            head, _, self._asked = self._asked.partition(_END)
            self._transport.write(self._answer(head))
        if len(self._asked) > _MOST_ASKED:
            self._transport.close()

    def _answer(self, head: bytes) -> bytes:
        found = _ADDRESS.search(head)
        token = self._tokens.token(found[1].decode()) if found else None
        told = f"Dengshao-Group: {token}\r\n" if token else ""
        return f"HTTP/1.1 204 No Content\r\n{told}\r\n".encode()
