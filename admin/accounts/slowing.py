"""Slows down who guesses: failures in a row under one name, whether it exists or not.

A sign-in secret can't be guessed (it hangs on a 128-bit code); this keeps people who try from
loading the server, and gives the auditor something to see.
"""

import hmac
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


class TooFast(Exception):
    """The next try under this name is not judged yet."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def hash_name(key: bytes, name: str) -> bytes:
    """Hide the name: people sometimes type their passphrase where the name belongs."""
    return hmac.digest(key, name.encode(), "sha256")


def count_try(session: Session, name_hash: bytes, now: int) -> None:
    """Count a try before it is judged, so that tries at the same moment can't share one count.

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
