"""The form of an opening: who asks, by which paper and article, for what, and who was there.

An hour is opened for one lawful request and no other: the form asks for an address, or for an hour
at most without one. Who wants a day of everybody's connections has to write down 24 forms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from .lines import CHINA

ASKED: Final = {
    "organ": "哪个机关来调取",
    "document": "法律文书的文号",
    "article": "依据哪部法律第几条",
    "from": "从几点起（2026-12-02 09:00）",
    "to": "到几点止（含这一分钟）",
    "address": "查哪个地址（不写，就是这段时间的全部，最多 60 分钟）",
    "approved_by": "谁批准的（姓名、职务）",
    "second": "在场的第二个人（姓名、职务）",
}
"""What the form asks, in its order."""
MAY_BE_EMPTY: Final = frozenset({"address"})
MOST_WITHOUT_ADDRESS: Final = timedelta(minutes=60)
MOST_WITH_ADDRESS: Final = timedelta(days=366)
_MOST_TYPED: Final = 200


class BadRequest(Exception):
    """The form can't be taken; the message says in Chinese what to write."""


@dataclass(frozen=True)
class Request:
    organ: str
    document: str
    article: str
    begins: datetime
    ends: datetime
    """The last minute that is asked for."""
    address: IPv4Address | IPv6Address | None
    approved_by: str
    second: str

    def covers_hour(self, begins: datetime) -> bool:
        return begins <= self.ends and self.begins < begins + timedelta(hours=1)

    def covers(self, line: bytes) -> bool:
        """Tell whether a line of the log is asked for."""
        day, clock, address, _port = line.decode("ascii").split(" ")
        minute = _minute(f"{day} {clock}")
        is_then = self.begins <= minute <= self.ends
        return is_then and (self.address is None or ip_address(address) == self.address)


def read_request(typed: Mapping[str, str]) -> Request:
    """Check the form. Raises `BadRequest`."""
    said = {name: _said(name, typed.get(name, "")) for name in ASKED}
    request = Request(
        organ=said["organ"],
        document=said["document"],
        article=said["article"],
        begins=_minute(said["from"]),
        ends=_minute(said["to"]),
        address=_address(said["address"]),
        approved_by=said["approved_by"],
        second=said["second"],
    )
    _check(request)
    return request


def ask(prompt: Callable[[str, bool], str]) -> Request:
    """Ask for the form, one field after the other. Raises `BadRequest`."""
    return read_request(
        {name: prompt(words, name in MAY_BE_EMPTY) for name, words in ASKED.items()}
    )


def _check(request: Request) -> None:
    if request.approved_by == request.second:
        raise BadRequest("批准的人和在场的第二个人，不能是同一个人。")
    if request.ends < request.begins:
        raise BadRequest("止的时间在起的前面。")
    asked = request.ends - request.begins + timedelta(minutes=1)
    if request.address is None and asked > MOST_WITHOUT_ADDRESS:
        raise BadRequest("不写地址，一次最多开 60 分钟。")
    if asked > MOST_WITH_ADDRESS:
        raise BadRequest("时间太长，一次最多一年。")


def _said(name: str, text: str) -> str:
    text = text.strip()
    if not text and name not in MAY_BE_EMPTY:
        raise BadRequest(f"请写：{ASKED[name]}。")
    if len(text) > _MOST_TYPED or not text.isprintable():
        raise BadRequest(f"请写短一点，写在一行里：{ASKED[name]}。")
    return text


def _minute(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
    except ValueError:
        raise BadRequest(f"时间要写成 2026-12-02 09:00，不是「{text}」。") from None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if not text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        raise BadRequest("地址要写成 192.0.2.7 或者 2001:db8::7。") from None
