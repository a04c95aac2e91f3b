"""The desk's lists from a standby, where it has all that the primary had when the list was asked.

No list is older than its question: a member finds the claim that they made a moment ago, and no tip
that was handed on or hidden from them meanwhile. The primary says up to where its journal is kept,
and how its audit log ends; the standby is asked whether it has come so far, and whether its own log
has the very same line there. Where not, or not in time, the primary is read.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..config import Config
from . import logins, postgresql
from .bounded import within

T = TypeVar("T")

LISTS: Final = "lists"
"""The engine's name. There is one, whichever logins there are: only the desk asks it."""
ASK_SECONDS = 0.3
"""How long a list waits at most to connect to the replica, and to hear how far it is."""
CATCH_UP_SECONDS = 0.04
"""How long, of that, for what was kept at the primary and is not replayed yet: milliseconds on one
network. The answer of pulse.json stays within its floor."""
LIST_SECONDS = 0.5
"""How long a list may take there; some that count all open tips may take `LONG_SECONDS`."""
LONG_SECONDS = 5.0
REST_SECONDS = 5.0
"""For how long a replica that could not be read is left alone."""
_TURN: Final = 0.003

# What commits without waiting for the disk may be seen before it is kept.
_NOW: Final = text(
    "SELECT log.number, log.mac, (SELECT value FROM setting WHERE name = 'site_id') AS site,"
    " CASE WHEN pg_is_in_recovery() THEN NULL"
    " WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn()"
    " ELSE pg_current_wal_flush_lsn() END::text AS place"
    " FROM (SELECT) AS one LEFT JOIN"
    " (SELECT number, mac FROM audit_event ORDER BY number DESC LIMIT 1) AS log ON true"
)
_THERE: Final = text(
    "SELECT pg_is_in_recovery() AS is_standby,"
    " coalesce(pg_last_wal_replay_lsn() >= CAST(:place AS pg_lsn), false) AS has_all,"
    " (SELECT value FROM setting WHERE name = 'site_id') AS site,"
    " (SELECT mac FROM audit_event WHERE number = CAST(:number AS bigint)) AS mac"
)


class Copy(StrEnum):
    """How the replica was found. The value stands in /readyz."""

    OK = "ok"
    BEHIND = "behind"
    """It has not replayed what the primary keeps."""
    AWAY = "away"
    """It does not answer, not in time, or with an error."""
    OTHER = "other"
    """It is no standby now, or has another log than the primary."""


def options(config: Config, *, target: str = "standby") -> dict[str, Any]:
    """Say how an engine connects to a standby; to nothing else, whatever the address says."""
    url = _address(config)
    said = f"-c statement_timeout={LONG_SECONDS:.0f}s {url.query.get('options', '')}"
    asked = url.difference_update_query(["target_session_attrs"])
    asked = asked.update_query_dict({"options": said.strip()})
    if "connect_timeout" not in asked.query:
        # The least that libpq takes; `bounded` waits less, and closes what comes later.
        asked = asked.update_query_dict({"connect_timeout": "2"})
    made = postgresql.options(asked, is_reader=True)
    made["url"] = made["url"].update_query_dict({"target_session_attrs": target})
    return made | {"pool_timeout": ASK_SECONDS}


def _address(config: Config) -> URL:
    """Give the address as the desk asks it."""
    url = make_url(config.database_replica)
    if not config.database_logins:
        return url
    return logins.address(url, config.database_logins, logins.Login.DESK)


class Replica:
    """What a process knows of the replica: whether a list asks there now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rests_until = float("-inf")
        self.found = Copy.OK
        """As it was found last."""

    def read(
        self,
        work: Callable[[Session], T],
        *,
        there: Session,
        primary: Session,
        seconds: float | None = None,
    ) -> T:
        """Do `work` on the replica, or at the primary where that can't be. It may be done twice."""
        if self.look(there, primary) is Copy.OK:
            try:
                with within(seconds or LIST_SECONDS):
                    return work(there)
            except SQLAlchemyError:
                # Gone, late, or ended because the standby had to go on. A fault of the list's own
                # comes up at the primary, too.
                self._leave(Copy.AWAY, there)
        return work(primary)

    def look(self, there: Session, primary: Session) -> Copy | None:
        """See whether the replica has all that the primary has now; None while it is left alone."""
        if not self._may_ask():
            return None
        now = read_end(primary)
        try:
            with within(ASK_SECONDS):
                found = compare(there, now, seconds=CATCH_UP_SECONDS)
        except SQLAlchemyError:
            found = Copy.AWAY
        if found is not Copy.OK:
            self._leave(found, there)
            return found
        with self._lock:
            self.found, self._rests_until = found, float("-inf")
        return found

    def _may_ask(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._rests_until:
                return False
            if self.found is not Copy.OK:
                # One tries for all others.
                self._rests_until = now + 2 * ASK_SECONDS
            return True

    def _leave(self, found: Copy, there: Session) -> None:
        engine = there.get_bind()
        there.close()
        if found is Copy.OTHER and isinstance(engine, Engine):
            # The lines of before a failover lead to what is the primary now, and would for good.
            engine.dispose()
        with self._lock:
            self.found, self._rests_until = found, time.monotonic() + REST_SECONDS


@dataclass(frozen=True)
class End:
    """How far the primary is: its journal's place, and the last line of its audit log.

    That line is under a MAC over all before it: who has it has the same past. `site` tells
    installations apart in which nobody has done anything.
    """

    place: str | None
    """None where what is asked as the primary is a standby itself: nobody has come so far."""
    number: int | None
    mac: str | None
    site: str | None


def read_end(primary: Session) -> End:
    """Ask the primary; one statement."""
    return End(**primary.connection().execute(_NOW).one()._asdict())


def compare(there: Session, end: End, *, seconds: float) -> Copy:
    """Hold a replica against the primary's end, for `seconds` also while it catches up."""
    until, asked = time.monotonic() + seconds, {"place": end.place, "number": end.number}
    while True:
        row = there.connection().execute(_THERE, asked).one()
        if not row.is_standby:
            return Copy.OTHER
        if row.has_all:
            is_ours = (row.mac, row.site) == (end.mac, end.site)
            return Copy.OK if is_ours else Copy.OTHER
        if time.monotonic() > until:
            return Copy.BEHIND
        time.sleep(_TURN)
