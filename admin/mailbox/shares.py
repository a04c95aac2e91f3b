"""Which words find room in a talk: no network takes what the others' words need.

A receipt may be found or copied, and who writes under it is not known. So a tip takes so many
messages a day (`vault.store.DAY_MAX`), the network that wrote to it first this hour may use half of
them, and all others together the other half: whoever comes with junk, early or late, from one
network or from a hundred, leaves the first writer's half alone. All networks have a budget over all
tips besides. Counted in this process's memory, under a keyed hash that is forgotten with the hour;
each process has its share.
"""

import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, current_app, request

from ..config import Config
from ..house import House
from ..networks import HOUR, network_of, sender_address
from ..vault.store import DAY_MAX

TIMES_A_TIP = 3
"""Messages an hour that a network may send, as a multiple of its tips without a proof."""
TALKS_MAX = 50_000
"""Talks and networks remembered at once; beyond, the tip's own room for the day holds alone."""


@dataclass
class Talk:
    """Who wrote to a tip since the key was changed."""

    first: bytes
    by_first: int = 0
    by_others: int = 0


@dataclass
class _Hour:
    since: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    talks: dict[int, Talk] = field(default_factory=dict)
    sent: Counter[bytes] = field(default_factory=Counter)


class Shares:
    """The shares of one process."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hints = config.address_hints
        self._half = max(DAY_MAX // 2 // config.workers, 1)
        self._each = max(TIMES_A_TIP * config.tips_per_group_hour // config.workers, 1)
        self._lock = threading.Lock()
        self._hour = _Hour(clock())

    def take(self, tip_id: int, peer: str | None, forwarded: str | None) -> bool:
        """Take a place for a message to a tip; False where its sender's share is used up.

        Where no network is known (an onion service), the tip's own room for the day holds alone.
        """
        network = network_of(sender_address(self._hints, peer, forwarded))
        if network is None:
            return True
        with self._lock:
            hour = self._now()
            who = hashlib.blake2b(network, key=hour.key, digest_size=16).digest()
            if not self._fits(hour, tip_id, who):
                return False
            hour.sent[who] += 1
            return True

    def _fits(self, hour: _Hour, tip_id: int, who: bytes) -> bool:
        is_known = who in hour.sent and tip_id in hour.talks
        if not is_known and max(len(hour.sent), len(hour.talks)) >= TALKS_MAX:
            return True
        if hour.sent[who] >= self._each:
            return False
        talk = hour.talks.setdefault(tip_id, Talk(who))
        if talk.first == who:
            talk.by_first += 1
            return talk.by_first <= self._half
        talk.by_others += 1
        return talk.by_others <= self._half

    def _now(self) -> _Hour:
        now = self._clock()
        if now - self._hour.since >= HOUR:
            self._hour = _Hour(now)
        return self._hour


def init_shares(app: Flask) -> None:
    """Give the application its shares, unused."""
    house: House = app.extensions["dengshao"]
    app.extensions["dengshao.shares"] = Shares(house.config)


def has_share(tip_id: int) -> bool:
    """Take a place for the current request's message; its address goes no further than here."""
    shares: Shares = current_app.extensions["dengshao.shares"]
    return shares.take(tip_id, request.remote_addr, request.headers.get("X-Forwarded-For"))
