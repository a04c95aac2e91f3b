"""What `dengshao doctor` says of the onion service: whether Tor publishes it, and leads it to us.

An onion service can be silently away for weeks: nobody's address is missed. Three parts are asked,
each by its own way: the name (settings against what Tor made), nginx (over its socket, by that
name), and Tor itself (whether it holds a description that it published).
"""

import base64
import hashlib
import http.client
import socket
from binascii import Error as NotBase32
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .findings import Finding, bad, good, unknown
from .web import Answer, ask_over

MATTER: Final = "洋葱服务"
HOSTNAME: Final = Path("/var/lib/tor/dengshao/hostname")
SOCKET: Final = Path("/run/dengshao-onion/nginx.sock")
CONTROL: Final = Path("/run/tor/control")
_SECONDS: Final = 5.0
_KEY, _SUM = 32, 2
_VERSION: Final = b"\x03"


@dataclass(frozen=True)
class OnionState:
    """How it stands with one name."""

    name: str
    """One of DENGSHAO_MORE_HOSTS."""
    made: str | None
    """What Tor wrote as the name; None where it can't be read."""
    answer: Answer | None
    """What nginx answered on its socket to this name."""
    is_published: bool | None
    """None where Tor can't be asked."""


def is_onion_name(name: str) -> bool:
    """Tell whether it is a name of version 3, whole and without a slip: it holds a checksum."""
    try:
        raw = base64.b32decode(name.removesuffix(".onion").upper())
    except NotBase32:
        return False
    if len(raw) != _KEY + _SUM + 1 or not name.endswith(".onion"):
        return False
    key, told, version = raw[:_KEY], raw[_KEY:-1], raw[-1:]
    digest = hashlib.sha3_256(b".onion checksum" + key + version).digest()
    return version == _VERSION and told == digest[:_SUM]


def check_onion(state: OnionState) -> Finding:
    """Say the first thing that is not well, or that all is."""
    if not is_onion_name(state.name):
        return bad(MATTER, "地址写错了", f"请把 {HOSTNAME} 里的抄进 DENGSHAO_MORE_HOSTS。")
    if state.made is not None and state.made != state.name:
        return bad(MATTER, "地址和 Tor 生成的不一样", f"请照 {HOSTNAME} 改 DENGSHAO_MORE_HOSTS。")
    if told := _of_nginx(state.answer):
        return told
    if state.is_published is None:
        return unknown(MATTER, "问不到 Tor", "请用 root 再查一次。Tor 没有运行，就先启动它。")
    if not state.is_published:
        return bad(MATTER, "Tor 没有把地址发布出去", "请看 Tor 的日志：时钟准不准，连不连得上。")
    return good(MATTER, "发布着，也有应答")


def _of_nginx(answer: Answer | None) -> Finding | None:
    if answer is None:
        return bad(MATTER, "nginx 没有应答", f"请看 nginx 有没有 {SOCKET} 这一段。")
    if answer.status >= 400:
        return bad(MATTER, f"应答是 {answer.status}", "请看 nginx 和程序认不认这个地址。")
    wrong = {"strict-transport-security", "set-cookie"} & answer.headers.keys()
    if wrong:
        return bad(MATTER, f"应答头不该有 {'、'.join(sorted(wrong))}", "请照 nginx-onion.conf 改。")
    return None


def look(
    names: Iterable[str],
    *,
    hostname: Path = HOSTNAME,
    socket_path: Path = SOCKET,
    control: Path = CONTROL,
) -> Iterator[OnionState]:
    """Look at each onion name of the settings; an installation without one has nothing to tell."""
    made = None
    with suppress(OSError):
        made = hostname.read_text("ascii").strip()
    for name in sorted(one for one in names if one.endswith(".onion")):
        yield OnionState(name, made, _ask_nginx(socket_path, name), ask_tor(control, name))


class _OverSocket(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path: Path, host: str) -> None:
        super().__init__(host, timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(str(self._path))


def _ask_nginx(path: Path, name: str) -> Answer | None:
    return ask_over(_OverSocket(path, name), "/tip/", {})


def ask_tor(control: Path, name: str) -> bool | None:
    """Ask Tor whether it holds a published description of this name; None where it can't be."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_SECONDS)
            line.connect(str(control))
            return _is_published(line, name.removesuffix(".onion"))
    except OSError:
        return None


def _is_published(line: socket.socket, name: str) -> bool | None:
    with line.makefile("rw", encoding="ascii", newline="\r\n") as talk:

        def say(words: str) -> str:
            talk.write(f"{words}\r\n")
            talk.flush()
            return _reply(talk)

        told = say("PROTOCOLINFO 1")
        cookie = Path(told.partition('COOKIEFILE="')[2].partition('"')[0]).read_bytes().hex()
        if not say(f"AUTHENTICATE {cookie}").startswith("250"):
            return None
        return "hs-descriptor" in say(f"GETINFO hs/service/desc/id/{name}")


def _reply(talk: Iterable[str]) -> str:
    """Read one answer of Tor's control protocol: it ends where a blank follows the number."""
    lines, is_data = [], False
    for text in talk:
        line = text.rstrip("\r\n")
        lines.append(line)
        if is_data:
            is_data = line != "."
        elif line[3:4] == "+":
            is_data = True
        elif line[3:4] == " ":
            break
    return "\n".join(lines)
