"""Spent proofs of work: each challenge that we gave is good for one tip."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import bindparam, insert, literal, select
from sqlalchemy.orm import Session

from ...models import SpentChallenge


@dataclass(frozen=True)
class SolvedChallenge:
    """A challenge of ours with its right answer, which may have been used before."""

    challenge: str
    ends_on: date
    """The day (Asia/Shanghai) on which it ends: no later day knows it."""

    @property
    def hash(self) -> bytes:
        return sha256(b"dengshao challenge v1" + self.challenge.encode("ascii")).digest()


# Built once: it runs for every sealed tip.
_FIND = select(literal(1)).where(SpentChallenge.challenge_hash == bindparam("challenge_hash"))
_SPEND = insert(SpentChallenge.__table__)  # type: ignore[arg-type]


def spend(session: Session, solved: SolvedChallenge) -> None:
    """Write a challenge down as spent; fails (IntegrityError) when it was already."""
    values = {"challenge_hash": solved.hash, "day": solved.ends_on}
    session.connection().execute(_SPEND, values)


def is_spent(session: Session, solved: SolvedChallenge) -> bool:
    found = session.connection().execute(_FIND, {"challenge_hash": solved.hash})
    return found.scalar() is not None
