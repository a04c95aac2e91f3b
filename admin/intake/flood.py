"""Tells a flood of machines from people, and refuses neither's words while there is room.

What is over its budget is stored apart, in the lane 疑似机器发送. All counting is in this process's
memory, and each process has its share of the budgets. Of an address only a keyed hash of its
network is known, under a key that is made anew every hour; no address is stored or logged.
"""

import hashlib
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from flask import Flask, current_app, request

from ..app_state import AppState
from ..config import Config
from ..wire.networks import HOUR, Header, sender_network

LEAST_NUMBER = 20_000
MOST_NUMBER = 640_000
LANE_SECONDS = 2.0
"""Seconds for which a count of the lane's tips is believed."""
GROUPS_MAX = 50_000
"""Groups remembered at once. Those beyond are nobody's: the budgets for everybody hold alone."""


class Verdict(Enum):
    """What becomes of a new tip."""

    NORMAL = "normal"
    MACHINE = "machine"
    """Stored apart, in the lane."""
    REST = "rest"
    """Not stored: the sender is asked to wait and keeps the words."""


class Bucket:
    """A budget that fills again by the second."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = self._level = burst
        self._filled_at = now

    def take(self, now: float) -> bool:
        """Take one, where there is one."""
        gained = (now - self._filled_at) * self._per_second
        self._level = min(self._burst, self._level + gained)
        self._filled_at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True

    def put_back(self) -> None:
        self._level = min(self._burst, self._level + 1)


class Pace:
    """How many came in the last minute, the older the less: a count that fades."""

    def __init__(self, now: float) -> None:
        self._count = 0.0
        self._seen_at = now

    def add(self, now: float) -> None:
        self._count = self.per_minute(now) + 1
        self._seen_at = now

    def per_minute(self, now: float) -> float:
        return self._count * math.exp((self._seen_at - now) / 60)


@dataclass
class Group:
    """What one network sent since the key was changed."""

    bucket: Bucket
    in_lane: int = 0


class Flood:
    """The budgets of one process."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._workers = config.workers
        self._hints, self._peers = config.address_hints, config.edge_peers
        self._lane_tips = config.lane_tips
        self._group_budget = config.tips_per_group_hour
        self._proven_budget = config.proven_per_minute
        now = clock()
        self._plain = self._bucket(config.tips_per_minute / 60, 2 * config.tips_per_minute, now)
        self._proven = self._bucket(self._proven_budget / 60, 2 * self._proven_budget, now)
        self._pace = Pace(now)
        self._counted, self._counted_at, self._added = 0, -math.inf, 0
        self._change_key(now)

    def judge(
        self, *, proven: bool, group: bytes | None, decoy: bool, lane_size: Callable[[], int]
    ) -> Verdict:
        """Judge a new tip, and count it. `lane_size` counts the lane's tips in the database.

        `decoy` tells that the field was filled in which people don't see. A tip with a proof is
        never judged by its group.
        """
        with self._lock:
            now = self._now()
            known = None if proven else self._known(group, now)
            if proven:
                self._pace.add(now)
            if not decoy and self._fits(known, now, proven=proven):
                return Verdict.NORMAL
            is_stale = now - self._counted_at > LANE_SECONDS
        # Outside the lock: others need not wait for the database.
        counted = lane_size() if is_stale else None
        with self._lock:
            if counted is not None:
                self._counted, self._counted_at, self._added = counted, now, 0
            return self._enter_lane(known, proven=proven)

    def undo(self, verdict: Verdict, group: bytes | None) -> None:
        """Take back what a tip without a proof was judged to be: no new one was stored."""
        with self._lock:
            known = self._known(group, self._now())
            if verdict is Verdict.NORMAL:
                self._plain.put_back()
            elif verdict is Verdict.MACHINE:
                self._added = max(0, self._added - 1)
            if known and verdict is Verdict.NORMAL:
                known.bucket.put_back()
            elif known and verdict is Verdict.MACHINE:
                known.in_lane = max(0, known.in_lane - 1)

    def sender(self, peer: str | None, header: Header) -> bytes | None:
        """Give the keyed hash of the network that sent a request; None where none is known."""
        network = sender_network(self._hints, self._peers, peer, header)
        return None if network is None else self._keyed(network)

    def _keyed(self, network: bytes) -> bytes:
        with self._lock:
            self._now()
            return hashlib.blake2b(network, key=self._key, digest_size=16).digest()

    def max_number(self) -> int:
        """Say how much work the next proof shall cost.

        It doubles with each doubling of the recent pace over a quarter of the proven budget.
        """
        with self._lock:
            pace = self._pace.per_minute(self._now())
        quarter = max(self._proven_budget / 4 / self._workers, 1)
        doublings = max(0, math.floor(math.log2(max(pace, 1) / quarter)))
        return int(min(LEAST_NUMBER * 2.0**doublings, MOST_NUMBER))

    def _now(self) -> float:
        """Read the clock, and forget the groups with their key once they are an hour old."""
        now = self._clock()
        if now - self._key_since >= HOUR:
            self._change_key(now)
        return now

    def _change_key(self, now: float) -> None:
        self._key, self._key_since = secrets.token_bytes(32), now
        self._groups: dict[bytes, Group] = {}

    def _bucket(self, per_second: float, burst: int, now: float) -> Bucket:
        # A share below one would let nobody through, ever.
        share = max(burst / self._workers, min(burst, 1))
        return Bucket(per_second / self._workers, share, now)

    def _known(self, group: bytes | None, now: float) -> Group | None:
        if group is None:
            return None
        if group not in self._groups and len(self._groups) < GROUPS_MAX:
            bucket = self._bucket(self._group_budget / HOUR, self._group_budget, now)
            self._groups[group] = Group(bucket)
        return self._groups.get(group)

    def _fits(self, group: Group | None, now: float, *, proven: bool) -> bool:
        """Draw from the budgets. A group over its own takes nothing from everybody's."""
        if proven:
            return self._proven.take(now)
        if group is not None and not group.bucket.take(now):
            return False
        return self._plain.take(now)

    def _enter_lane(self, group: Group | None, *, proven: bool) -> Verdict:
        """Keep room in the lane: for proven tips, and for other groups than one that fills it."""
        room = self._lane_tips if proven else self._lane_tips * 9 // 10
        # The other processes are believed to add as many as this one, until the next count.
        if self._counted + self._added * self._workers >= room:
            return Verdict.REST
        if group is not None and group.in_lane >= self._lane_tips / 10 / self._workers:
            return Verdict.REST
        if group is not None:
            group.in_lane += 1
        self._added += 1
        return Verdict.MACHINE


def init_flood(app: Flask) -> None:
    """Give the application its budgets, full."""
    app_state: AppState = app.extensions["dengshao"]
    app.extensions["dengshao.flood"] = Flood(app_state.config)


def flood() -> Flood:
    """Get the current application's budgets."""
    found: Flood = current_app.extensions["dengshao.flood"]
    return found


def sender_group() -> bytes | None:
    """Give the group of the current request's sender; the address goes no further than here."""
    return flood().sender(request.remote_addr, request.headers.get)
