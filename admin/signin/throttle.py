"""Slows down who guesses: failures in a row under one name, whether it exists or not.

A sign-in secret can't be guessed (it hangs on a 128-bit code): it is judged however many failures
came before, or a stranger could lock a member out. What the waits and the brakes keep small is what
failures cost the server, and what they add to the audit log. A one-time code can be guessed, so
there the wait refuses before it is judged.
"""

import hmac
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..models import SignInFailure

FREE_FAILURES = 5
FIRST_WAIT = 30
LONGEST_WAIT = 15 * 60
# Failures older than a day count no more; so the table stays small under floods of made-up names.
FORGET_AFTER = 24 * 3600


# Seconds to wait when a process judges as many sign-ins as it may.
BUSY = 3


class Brake:
    """A budget that fills again with time. In memory, one in each process, for all names alike."""

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._per_second, self._burst = per_second, burst
        self._left, self._at = float(burst), time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one; False, and nothing taken, where none is left."""
        with self._lock:
            now = time.monotonic()
            self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


@dataclass
class Brakes:
    """What sign-ins may cost one process, whoever they come from.

    Judging costs one look-up and one comparison, and is held back only where the process could do
    little else; a failure also costs a row, a line of the audit log and the lock between writers.
    """

    judging: Brake = field(default_factory=lambda: Brake(per_second=200, burst=400))
    writing: Brake = field(default_factory=lambda: Brake(per_second=0.5, burst=60))
    unwritten: int = 0
    """Failures that were refused without a line in the log; the next line tells how many."""


class TooFast(Exception):
    """A failed try came too soon after the others; no more is said of it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def hash_name(key: bytes, name: str) -> bytes:
    """Hide the name: people sometimes type their passphrase where the name belongs."""
    return hmac.digest(key, name.encode(), "sha256")


def refuse_while_waiting(reading: Session, name_hash: bytes, now: int) -> None:
    """Raise `TooFast` while the wait of earlier failures lasts. Takes no lock, writes nothing."""
    query = select(SignInFailure.wait_until).where(SignInFailure.name_hash == name_hash)
    wait_until = reading.execute(query).scalar_one_or_none()
    if wait_until is not None and wait_until > now:
        raise TooFast(wait_until - now)


def count_try(session: Session, name_hash: bytes, now: int) -> None:
    """Count a try, so that tries at the same moment can't share one count.

    Raises `TooFast`, and counts nothing, while the wait of earlier failures lasts.
    """
    session.execute(delete(SignInFailure).where(SignInFailure.wait_until < now - FORGET_AFTER))
    row = session.execute(
        select(SignInFailure.count.label("tries"), SignInFailure.wait_until)
        .where(SignInFailure.name_hash == name_hash)
        .with_for_update()
    ).first()
    if row is not None and row.wait_until > now:
        raise TooFast(row.wait_until - now)
    tries = (row.tries if row else 0) + 1
    session.execute(_upsert(session, name_hash, tries, now + _wait(tries)))


def forget(session: Session, name_hash: bytes) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.name_hash == name_hash))


def _wait(tries: int) -> int:
    if tries < FREE_FAILURES:
        return 0
    return min(FIRST_WAIT << min(tries - FREE_FAILURES, 10), LONGEST_WAIT)


def _upsert(session: Session, name_hash: bytes, tries: int, wait_until: int) -> Any:
    """Write the count; where a try at the same moment came first, add to what it wrote."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(SignInFailure).values(
        name_hash=name_hash, count=tries, wait_until=wait_until
    )
    return insert.on_conflict_do_update(
        index_elements=["name_hash"],
        set_={"count": SignInFailure.count + 1, "wait_until": insert.excluded.wait_until},
    )
