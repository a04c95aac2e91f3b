"""What `dengshao doctor` asks the proxy in front: whether it lets in as much as the app takes.

And beforehand, of the settings alone, whether the app would take its word.

Only heads are sent, with `Expect: 100-continue`: the proxy says at once whether it would take so
long a body, and no body follows.
"""

import http.client
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..config import AddressHints, Config
from ..district.unanswered import why
from ..settings.addresses import LOOPBACK, is_one_of
from ..settings.file_limits import MIB, most_of_a_form
from ..vault.files.blobs import PART
from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

MATTER: Final = "上传限度"
PEERS: Final = "来源分组"
_SECONDS: Final = 10
_TOO_LONG: Final = b"413"


def check_peers(config: Config) -> Iterator[Finding]:
    """See that the proxy can come from an address whose word counts; nothing is asked."""
    if config.address_hints not in (AddressHints.EDGE, AddressHints.PROXY):
        return
    named = "、".join(map(str, config.edge_peers))
    host = config.bind.rpartition(":")[0].strip("[]")
    only_here = host in LOOPBACK
    takes_here = any(is_one_of(config.edge_peers, address) for address in LOOPBACK)
    if only_here and not takes_here:
        todo = "请在 DENGSHAO_EDGE_PEERS 里写上 127.0.0.1,::1，再重新启动。"
        yield bad(PEERS, f"只有本机连得进来，却不听本机代理的（{named}）", todo)
    elif not only_here and all(peer.is_loopback for peer in config.edge_peers):
        todo = "代理在别的机器上的，把它的地址写进 DENGSHAO_EDGE_PEERS。"
        yield unknown(PEERS, f"别的机器连得进来，只听本机代理的（{named}）", todo)
    else:
        yield good(PEERS, f"只听这些代理的：{named}")


@dataclass(frozen=True)
class Way:
    """Where something long comes in, and how long it may be for the app."""

    name: str
    path: str
    kind: str
    length: int


def ways(config: Config) -> Iterator[Way]:
    """List what is longer than words, as this installation is set."""
    if not config.files_most:
        return
    yield Way("加密文件的一块", "/tip/files/part", "application/octet-stream", PART)
    if config.plain_mb:
        kind = "multipart/form-data; boundary=doctor"
        yield Way("脚本关着的表单", "/tip/more", kind, most_of_a_form(config.plain_mb))


def check_front(config: Config, connect: Callable[[], http.client.HTTPConnection]) -> Finding:
    """Ask for each way; what is let in beyond what the app takes does no harm."""
    asked = list(ways(config))
    try:
        refused = [way for way in asked if _status(connect(), config.public_host, way) == _TOO_LONG]
    except (OSError, http.client.HTTPException) as error:
        return unknown(MATTER, f"前面的代理{why(error)}", "请在能打开公开网站的机器上再查一次。")
    if refused:
        names = "、".join(f"{way.name}（{_size(way.length)}）" for way in refused)
        limit = f"client_max_body_size 改成 {config.front_mb}m，一块的那处是 2m"
        todo = f"请把 nginx 里 {limit}，再让它重新读配置。"
        return bad(MATTER, f"前面的代理不收：{names}", todo)
    names = "、".join(f"{way.name} {_size(way.length)}" for way in asked)
    return good(MATTER, f"前面的代理都放进来：{names}" if names else "不收文件")


def public_connection(config: Config) -> http.client.HTTPConnection:
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(config.public_host, timeout=_SECONDS, context=context)


def _status(connection: http.client.HTTPConnection, host: str, way: Way) -> bytes:
    """Send the head alone, and read the status that comes first: 100 where the body is awaited."""
    try:
        connection.putrequest("POST", way.path, skip_host=True, skip_accept_encoding=True)
        for name, value in (
            ("Host", host),
            ("Content-Type", way.kind),
            ("Content-Length", str(way.length)),
            ("Expect", "100-continue"),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        line = connection.sock.recv(64)
    finally:
        connection.close()
    if not line.startswith(b"HTTP/1."):
        raise http.client.BadStatusLine("no status")
    return line.split(b" ", 2)[1]


def _size(length: int) -> str:
    return f"{-(-length // MIB)} MB"
