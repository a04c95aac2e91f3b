"""One line a connection: minute, address, port. Pure; all else that nginx could say is dropped.

The line of an hour tells no order: lines are sorted within their minute before they are sealed.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Without summer time since 1991: an hour of the log is an hour of every clock in China."""
# nginx: "<190>Dec  2 09:41:07 edge: 192.0.2.7 51234". What stands before the last colon and space
# holds the second, and is not read. A line of another shape (a path, a browser) is refused whole.
_SENT: Final = re.compile(rb"<[0-9]{1,3}>[^\n]{1,60}: ([0-9a-f.:]{2,45}) ([0-9]{1,5})\n?")


class NotALine(Exception):
    """What came is no address and port: nginx is set up to log something else."""


@dataclass
class Hour:
    """The lines of one hour, in memory."""

    begins: datetime
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, line: bytes) -> None:
        self.lines.append(line)
        self.size += len(line)

    def text(self, part: int) -> bytes:
        """Return what is sealed: a head that names the hour, and the lines in their order."""
        return b"".join([head(self.begins, part), *sorted(self.lines)])


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)


def line_of(sent: bytes, moment: datetime) -> bytes:
    """Make a line of what nginx sent, at the minute in which it came. Raises `NotALine`."""
    found = _SENT.fullmatch(sent)
    if found is None:
        raise NotALine
    try:
        address = ipaddress.ip_address(found[1].decode())
    except ValueError:
        raise NotALine from None
    minute = moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return f"{minute} {address} {int(found[2])}\n".encode()


def head(begins: datetime, part: int) -> bytes:
    """Return the first line of a file: who opens it sees that it is the hour of its name."""
    return f"# {begins:%Y-%m-%d %H} +0800 {part}\n".encode()
