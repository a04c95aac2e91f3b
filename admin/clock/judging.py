"""Up to which moment a machine's clock is believed, judged by what was kept of it.

Of a clock that runs ahead of the latest believed moment by more than has passed nothing is believed
until something else says the same: a clock elsewhere at once, otherwise a day of running by the
counter that no clock setting moves. One that was set back may delete: an earlier day deletes less.

Two keep such a moment: the database for all that stands in it (`vault.retention.sure_clock`), the
folder of the edge's log for itself (`edge.folder_clock`).
"""

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

SLACK: Final = 600.0
"""Seconds by which clocks may differ, and a time server may put one right, without a question."""
AWAY: Final = 7200.0
"""Seconds for which nobody may have swept, between two starts of a machine or two nodes."""
DAY: Final = 86_400.0
AT_ONCE: Final = DAY / 4
"""Seconds of the day for which a doubted clock must go on, that must be of one start."""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_BOOT_LENGTH: Final = 13
"""So much of it tells one start from another, and fits in a setting three times."""


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
    """The latest moment that was believed, and since when another one is in doubt."""

    latest: Moment
    doubt: Moment | None = None
    """When it began, moved on by the time for which the machine was off since."""
    seen: Moment | None = None
    """When it was last looked at in doubt."""

    def write(self) -> str:
        moments = (self.latest, self.doubt, self.seen)
        return ";".join(moment.write() for moment in moments if moment)

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
    if is_past_elsewhere or now.wall > _most(kept, now) + SLACK:
        return _doubted(Clock.AHEAD, kept, now)
    if now.wall < kept.latest.wall - SLACK:
        return _doubted(Clock.BACK, kept, now)
    return _believed(now if now.wall >= kept.latest.wall else kept.latest)


def _least(kept: Kept, now: Moment) -> float:
    """Tell the earliest that a right clock can say: so much was counted since."""
    passed = kept.latest.later(now)
    if passed is None and kept.doubt:
        passed = kept.doubt.later(now)
    return kept.latest.wall + (passed or 0.0)


def _most(kept: Kept, now: Moment) -> float:
    """Tell the latest that one can say: between two starts the machine may have been off."""
    return _least(kept, now) + (AWAY if kept.latest.later(now) is None else 0.0)


def _believed(moment: Moment) -> Judgement:
    return Judgement(Clock.GOOD, Kept(moment))


def _doubted(clock: Clock, kept: Kept, now: Moment) -> Judgement:
    if kept.doubt is not None and _agree(kept.doubt, now):
        return Judgement(clock, replace(kept, seen=now))
    return Judgement(clock, Kept(kept.latest, _carried(kept, now), now))


def _carried(kept: Kept, now: Moment) -> Moment:
    """Begin a doubt: after another start of the machine, where it went on, not from nothing.

    A machine that is off each night, or starts anew each day, would never run for a day.
    """
    if not (kept.doubt and kept.seen and now.boot) or now.boot == kept.seen.boot:
        return now
    is_ahead = now.wall > kept.latest.wall
    if is_ahead != (kept.seen.wall > kept.latest.wall) or now.wall < kept.seen.wall - SLACK:
        return now
    stood = min(kept.doubt.later(kept.seen) or 0.0, DAY - AT_ONCE)
    return Moment(now.wall - stood, now.boot, now.ran - stood)


def _is_steady(doubt: Moment | None, now: Moment) -> bool:
    """Tell whether a clock that was in doubt has gone on evenly for a day."""
    passed = doubt.later(now) if doubt else None
    return passed is not None and passed >= DAY and doubt is not None and _agree(doubt, now)


def _agree(doubt: Moment, now: Moment) -> bool:
    passed = doubt.later(now)
    return passed is not None and abs(doubt.wall + passed - now.wall) <= SLACK


def never_back(kept: Kept, now: Moment) -> float:
    """Tell by which second to write something down: the clock's, unless it was set back.

    Then it is the latest that was believed, and goes on from there as far as was counted since:
    what is written under an earlier day would be deleted too early.
    """
    least = _least(kept, now)
    return now.wall if now.wall >= least - SLACK else least


def this_moment() -> Moment:
    """Read the machine's clock, and the counter that goes on while it sleeps."""
    counter = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Moment(time.time(), _boot(), time.clock_gettime(counter))


@cache
def _boot() -> str:
    """Read it once: a process lives through no start of its machine."""
    try:
        return _BOOT.read_text("ascii").strip()[:_BOOT_LENGTH]
    except OSError:
        return ""
