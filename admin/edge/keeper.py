"""Holds the lines of the running hour in memory, and writes each hour down sealed.

A crash loses what is not sealed yet: an hour at most. (Sealing each line as it comes would let the
size of the file tell minute by minute how many connected.) What can't be written, since the disk is
full, stays in memory and is tried again each minute; beyond a bound new lines are dropped, and that
is said.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from ..clock.judging import Clock
from ..district.edge_log import EdgeLog, LogProfile
from ..sealing.age import Recipient, parse_recipient
from .folder import china_day, delete_due, next_name, write_whole
from .folder_clock import AHEAD, FolderClock
from .lines import Hour, NotALine, hour_of, line_of
from .sealed import seal_hour

MOST_OF_PART: Final = 16 * 1024 * 1024
"""Bytes of lines after which an hour's part is sealed before the hour is over: a flood."""
MOST_HELD: Final = 4 * MOST_OF_PART

Say = Callable[[str], object]


class Keeper:
    """Stands between nginx and the folder; `settle` may be called by another thread."""

    def __init__(self, folder: Path, log: EdgeLog, *, clock: FolderClock, say: Say) -> None:
        self._folder, self._log, self._clock, self._say = folder, log, clock, say
        self._recipients = _recipients(log)
        self._hour = Hour(hour_of(self._clock.now()))
        self._waiting: list[Hour] = []
        self._swept: date | None = None
        self._told: set[str] = set()

    def take(self, sent: bytes) -> None:
        """Keep one line. Where somebody else logs, or nobody, drop it."""
        if not self._recipients:
            return
        self.turn()
        try:
            line = line_of(sent, self._clock.now())
        except NotALine:
            self._say_once("nginx 送来的不是「地址 端口」：没有记。请核对 log_format edge。")
            return
        if self._held() + len(line) > MOST_HELD:
            self._say_once("内存里的记录太多，又写不到盘上：新的没有记。请看磁盘。")
            return
        self._hour.add(line)

    def turn(self, *, stops: bool = False) -> None:
        """Close the hour that is over, or too long, or (at a stop) not empty."""
        begins = hour_of(self._clock.now())
        is_over = self._hour.begins != begins
        if is_over or self._hour.size > MOST_OF_PART or (stops and self._hour.lines):
            self._waiting.append(self._hour)
            self._hour = Hour(begins)

    def waiting(self) -> Sequence[Hour]:
        return tuple(self._waiting) if self._recipients else ()

    def settle(self, hours: Sequence[Hour]) -> int:
        """Delete what is due, and write hours down sealed; return how many were written."""
        written = 0
        try:
            # First: on a full disk it makes room.
            self._delete_due()
            for hour in hours:
                self._write(hour)
                written += 1
        except OSError as error:
            self._say(f"写不到盘上（{error.strerror}）。还在内存里，一分钟后再试。")
        return written

    def forget(self, count: int) -> None:
        """Drop the oldest hours that waited: they are written."""
        del self._waiting[:count]
        if not self._recipients:
            self._waiting.clear()

    def _write(self, hour: Hour) -> None:
        path, part = next_name(self._folder, hour.begins)
        write_whole(path, seal_hour(hour.text(part), self._recipients))

    def _delete_due(self) -> None:
        """Delete once a day, by a clock that is believed; judge it each minute."""
        found = self._clock.look()
        if found.clock is Clock.AHEAD:
            self._say_once(f"{AHEAD}到期的先不删，请校准时钟。")
        else:
            self._sweep(china_day(self._clock.now()))
        self._clock.keep(found)

    def _sweep(self, today: date) -> None:
        if today == self._swept:
            return
        if count := delete_due(self._folder, self._log, today):
            self._say(f"到期的 {count} 份已删除。")
        self._swept = today

    def _held(self) -> int:
        return self._hour.size + sum(hour.size for hour in self._waiting)

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._say(sentence)


def _recipients(log: EdgeLog) -> list[Recipient]:
    if log.profile is not LogProfile.SEALED:
        return []
    return [parse_recipient(holder.key) for holder in log.holders]
