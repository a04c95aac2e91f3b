"""Which words find room in a talk: no network takes what the others' words need.

A receipt may be found or copied, and who writes under it is not known. So a tip takes so many
messages a day (`vault.store.DAY_MAX`; fewer in the lane), and of what is left of them the network
that wrote to it first this hour may use half, and all others together the other half: whoever comes
with junk, early or late, from one network or from a hundred, leaves the first writer's half alone.
What is left is counted in the database: who comes again in the next hour, or at another node, gets
half of the rest only, then half of that, and never the last place. All networks have a budget over
all tips besides. Networks are known in this process's memory alone, under a keyed hash that is
forgotten with the hour.
"""

import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, current_app, request
from sqlalchemy.orm import Session

from ..app_state import AppState
from ..config import Config
from ..models import Tip
from ..vault.store import room_left
from ..wire.networks import HOUR, Header, sender_network

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
        self._hints, self._peers = config.address_hints, config.edge_peers
        self._each = max(TIMES_A_TIP * config.tips_per_group_hour // config.workers, 1)
        self._lock = threading.Lock()
        self._hour = _Hour(clock())

    def take(self, tip_id: int, peer: str | None, header: Header, left: int) -> bool:
        """Take one of the places left at a tip today; False where its sender's share is used up.

        Where no network is known (an onion service), the tip's own room for the day holds alone.
        """
        network = sender_network(self._hints, self._peers, peer, header)
        if network is None:
            return True
        with self._lock:
            hour = self._now()
            who = hashlib.blake2b(network, key=hour.key, digest_size=16).digest()
            if not self._fits(hour, tip_id, who, left):
                return False
            hour.sent[who] += 1
            return True

    def _fits(self, hour: _Hour, tip_id: int, who: bytes, left: int) -> bool:
        is_known = who in hour.sent and tip_id in hour.talks
        if not is_known and max(len(hour.sent), len(hour.talks)) >= TALKS_MAX:
            return True
        if hour.sent[who] >= self._each:
            return False
        talk = hour.talks.setdefault(tip_id, Talk(who))
        # What is not left, and was not given out here this hour, is gone for everybody.
        half = (left + talk.by_first + talk.by_others) // 2
        if talk.first == who:
            fits = talk.by_first < half
            talk.by_first += fits
        else:
            fits = left > max(half - talk.by_first, 0)
            talk.by_others += fits
        return fits

    def _now(self) -> _Hour:
        now = self._clock()
        if now - self._hour.since >= HOUR:
            self._hour = _Hour(now)
        return self._hour


def init_shares(app: Flask) -> None:
    """Give the application its shares, unused."""
    app_state: AppState = app.extensions["dengshao"]
    app.extensions["dengshao.shares"] = Shares(app_state.config)


def has_share(session: Session, tip: Tip, *, is_danger: bool) -> bool:
    """Take a place for the current request's message; its address goes no further than here.

    Where no place is left, nobody's share is to blame: storing says what is full.
    """
    left = room_left(session, tip, is_danger=is_danger)
    shares: Shares = current_app.extensions["dengshao.shares"]
    return not left or shares.take(tip.id, request.remote_addr, request.headers.get, left)
