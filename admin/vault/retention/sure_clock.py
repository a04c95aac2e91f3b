"""Up to which moment a machine's clock is believed: a clock that jumped deletes nothing early.

The latest moment that was believed stands in the database. Of a clock that runs ahead of it by more
than has passed nothing is believed until something else says the same: a database on another
machine at once, otherwise a day by the counter that no clock setting moves. One that was set back
may delete, since an earlier day deletes less; `clock.now` goes on from the latest moment, until
the same has said it is right. No Flask in here.
"""

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from ...clock import hold
from ...models import Setting
from ..deadlines.reminders import keep_setting

LATEST: Final = "latest_moment"
"""Under which name of `setting` the latest believed moment stands."""
SLACK: Final = 600.0
"""Seconds by which clocks may differ, and a time server may put one right, without a question."""
AWAY: Final = 7200.0
"""Seconds for which nobody may have swept, between two starts of a machine or two nodes."""
DAY: Final = 86_400.0
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_BOOT_LENGTH: Final = 13
"""So much of it tells one start from another, and fits in a setting twice."""


class Clock(StrEnum):
    GOOD = "good"
    AHEAD = "ahead"
    """It runs ahead, and nothing else says the same yet: nothing is deleted by it."""
    BACK = "back"
    """It stands before the latest moment that was believed."""


@dataclass(frozen=True)
class Moment:
    """What a machine's clock said, in seconds, and how long the machine had run by then."""

    wall: float
    boot: str
    """Which start of which machine; empty where the system does not tell."""
    ran: float

    def write(self) -> str:
        return f"{self.wall:.3f} {self.ran:.3f} {self.boot}"

    @classmethod
    def parse(cls, told: str) -> "Moment":
        wall, ran, boot = told.split(" ")
        return cls(float(wall), boot, float(ran))

    def later(self, other: "Moment") -> float | None:
        """Tell how many seconds really passed up to `other`; None where nothing counted them."""
        if not self.boot or self.boot != other.boot or other.ran < self.ran:
            return None
        return other.ran - self.ran


@dataclass(frozen=True)
class Kept:
    """The latest moment that was believed, and since when the clock runs ahead of it."""

    latest: Moment
    doubt: Moment | None = None

    def write(self) -> str:
        moments = [self.latest, self.doubt] if self.doubt else [self.latest]
        return ";".join(moment.write() for moment in moments)

    @classmethod
    def parse(cls, told: str) -> "Kept":
        return cls(*(Moment.parse(one) for one in told.split(";")))


@dataclass(frozen=True)
class Judgement:
    """How a clock stands, and what is to be kept of it."""

    clock: Clock
    kept: Kept


def judge(kept: Kept | None, now: Moment, elsewhere: float | None = None) -> Judgement:
    """Judge a clock by what was kept, and by a clock `elsewhere`, where there is one. Pure."""
    if elsewhere is not None and abs(now.wall - elsewhere) <= SLACK:
        return _believed(now)
    is_past_elsewhere = elsewhere is not None and now.wall > elsewhere
    if kept is None:
        return _doubted(Clock.AHEAD, Kept(now), now) if is_past_elsewhere else _believed(now)
    if elsewhere is None and _is_steady(kept.doubt, now):
        return _believed(now)
    if is_past_elsewhere or now.wall > _most(kept.latest, now) + SLACK:
        return _doubted(Clock.AHEAD, kept, now)
    if now.wall < kept.latest.wall - SLACK:
        return _doubted(Clock.BACK, kept, now)
    return _believed(now if now.wall >= kept.latest.wall else kept.latest)


def _most(latest: Moment, now: Moment) -> float:
    """Tell the latest that a right clock can say, which knows what passed since `latest`."""
    passed = latest.later(now)
    return latest.wall + (AWAY if passed is None else passed)


def _believed(moment: Moment) -> Judgement:
    return Judgement(Clock.GOOD, Kept(moment))


def _doubted(clock: Clock, kept: Kept, now: Moment) -> Judgement:
    goes_on = kept.doubt is not None and _agree(kept.doubt, now)
    return Judgement(clock, replace(kept, doubt=kept.doubt if goes_on else now))


def _is_steady(doubt: Moment | None, now: Moment) -> bool:
    """Tell whether a clock that was in doubt has gone on evenly for a day."""
    passed = doubt.later(now) if doubt else None
    return passed is not None and passed >= DAY and doubt is not None and _agree(doubt, now)


def _agree(doubt: Moment, now: Moment) -> bool:
    passed = doubt.later(now)
    return passed is not None and abs(doubt.wall + passed - now.wall) <= SLACK


def this_moment() -> Moment:
    """Read the machine's clock, and the counter that goes on while it sleeps."""
    counter = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    try:
        boot = _BOOT.read_text("ascii").strip()[:_BOOT_LENGTH]
    except OSError:
        boot = ""
    return Moment(time.time(), boot, time.clock_gettime(counter))


_ELSEWHERE: Final = text(
    "SELECT CASE WHEN inet_server_addr() IS DISTINCT FROM inet_client_addr()"
    " THEN extract(epoch FROM clock_timestamp()) END"
)


def clock_elsewhere(session: Session) -> float | None:
    """Ask a database on another machine for its time; None where it lies on this one."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    found = session.execute(_ELSEWHERE).scalar_one()
    return None if found is None else float(found)


def read_kept(session: Session) -> Kept | None:
    row = session.get(Setting, LATEST)
    return Kept.parse(row.value) if row else None


def look(session: Session, now: Moment | None = None) -> Judgement:
    """Judge this machine's clock and write nothing."""
    return judge(read_kept(session), now or this_moment(), clock_elsewhere(session))


def settle(session: Session, now: Moment | None = None) -> Judgement:
    """Judge this machine's clock, keep what follows, and let this process go by it.

    The caller commits.
    """
    found = look(session, now)
    keep_setting(session, LATEST, found.kept.write())
    hold(found.kept.latest.wall)
    return found
