"""The moment as this software takes it: the machine's clock, but never before what was believed.

A clock that is set back by a day would let what ran out be good again: a sign-in, a form, a code.
So each process holds the latest moment that was believed (`vault.retention.sure_clock`), and goes
on from there for as long as its clock stands before it. One that stands further back than
`MOST_BACK` was wrong before, and is followed.
"""

import time
from typing import Final

MOST_BACK: Final = 2 * 86_400.0
"""Seconds by which a clock may be set back, and what it said before still counts."""


class _Held:
    wall = 0.0
    ran = 0.0


def now() -> float:
    """Tell the seconds since 1970."""
    told, held = time.time(), _held()
    return held if 0 < held - told < MOST_BACK else told


def seconds() -> int:
    """Tell the whole seconds since 1970."""
    return int(now())


def hold(wall: float) -> None:
    """Let no moment of this process be before one that was believed, and goes on from now."""
    if not 0 < _held() - wall < MOST_BACK:
        _Held.wall, _Held.ran = wall, time.monotonic()


def release() -> None:
    """Follow the machine's clock alone."""
    _Held.wall = _Held.ran = 0.0


def _held() -> float:
    return _Held.wall + time.monotonic() - _Held.ran if _Held.wall else 0.0
