"""The ping to the robot of a chat group: look at the desk. The same words at equal times, always.

Who runs the robot's server reads it in clear, and the network sees that something went there. So
it says nothing: neither whether anything waits, nor for whom, nor of what kind. All pings are
equal to the byte but for DingTalk's signature, which is equal in length.
"""

import base64
import hmac
import http.client
import json
import ssl
from typing import Final
from urllib.parse import urlsplit

from ..settings.outgoing import Ping, PingKind

WORDS: Final = "请看工作台。这条提醒定时发出，每次都一样。"
_BODY: Final = json.dumps(
    {"msgtype": "text", "text": {"content": WORDS}}, ensure_ascii=False
).encode()
_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
_SECONDS: Final = 20
_MOST: Final = 4096


class PingRefused(Exception):
    """The robot's server did not take it; the message holds its two numbers, no words of it."""


def send_ping(ping: Ping, now: int) -> None:
    """Send it. Raises `PingRefused`, and what a line may raise."""
    url = urlsplit(ping.url)
    context = ssl.create_default_context(cafile=str(ping.ca) if ping.ca else None)
    connection = http.client.HTTPSConnection(
        url.hostname or "", url.port, timeout=_SECONDS, context=context
    )
    try:
        connection.request("POST", _target(ping, now), body=_BODY, headers=_HEADERS)
        answer = connection.getresponse()
        code = _code(answer.read(_MOST))
    finally:
        connection.close()
    if answer.status != http.client.OK or code != 0:
        raise PingRefused(f"{answer.status} {code}")


def _target(ping: Ping, now: int) -> str:
    """Tell the path that is asked for; DingTalk's with the moment and its signature."""
    url = urlsplit(ping.url)
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    if ping.kind is not PingKind.DINGTALK:
        return target
    moment = f"{now}000"
    covered = f"{moment}\n{ping.secret}".encode()
    signed = base64.b64encode(hmac.digest(ping.secret.encode(), covered, "sha256"))
    # Each character in three: quoting "+" and "/" alone would make some longer than others.
    sign = "".join(f"%{byte:02X}" for byte in signed)
    return f"{target}{'&' if url.query else '?'}timestamp={moment}&sign={sign}"


def _code(text: bytes) -> int | None:
    """Read the number with which both kinds of robots answer; 0 is well."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    code = found.get("errcode") if isinstance(found, dict) else None
    return code if isinstance(code, int) else None
