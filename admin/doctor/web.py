"""What `dengshao doctor` looks at in the answers of the running server."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

_SECONDS: Final = 5
_NEEDED: Final = {
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
_MEND: Final = "请核对跑的是不是这个版本的 dengshao serve，前面的代理有没有改动应答头。"


@dataclass(frozen=True)
class Answer:
    """What a page answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]


def ask(bind: str, host: str, path: str) -> Answer | None:
    """Ask the server itself, past any proxy; None where nobody answers."""
    address, _, port = bind.rpartition(":")
    connection = http.client.HTTPConnection(address.strip("[]"), int(port), timeout=_SECONDS)
    return ask_over(connection, path, {"Host": host})


def ask_over(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]
) -> Answer | None:
    """Ask over a connection of any kind, and close it; None where nobody answers."""
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()})


def check_headers(page: str, answer: Answer | None, *, may_set_cookie: bool) -> Finding:
    matter = f"应答头 {page}"
    if answer is None:
        return unknown(matter, "服务没有应答", "请启动服务后再查一次。")
    if answer.status >= 400:
        return bad(matter, f"应答是 {answer.status}", "请看服务的输出，再重新启动。")
    weak = [
        name for name, value in _NEEDED.items() if value not in answer.headers.get(name, "").lower()
    ]
    if weak:
        return bad(matter, f"缺少或太弱：{'、'.join(weak)}", _MEND)
    if "set-cookie" in answer.headers and not may_set_cookie:
        return bad(matter, "公开页面给了 cookie", _MEND)
    return good(matter, "齐全")
