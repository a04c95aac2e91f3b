"""Spent form nonces and day keys: why a retry makes no second tip and loses no receipt."""

import hmac
import secrets
import threading
from datetime import date
from hashlib import sha256

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...db import today
from ...models import DayKey, SpentNonce
from ..expiry import oldest_form


def nonce_hash(nonce: bytes) -> bytes:
    return sha256(b"dengshao nonce v1" + nonce).digest()


def body_mac(nonce: bytes, body: bytes) -> bytes:
    """Mark a body under its nonce. The nonce is not stored, so the mark gives nothing to guess."""
    return hmac.digest(nonce, body, "sha256")


# Built once: both run for every tip.
_SPENT = select(SpentNonce.body_mac, SpentNonce.is_closed).where(
    SpentNonce.nonce_hash == bindparam("nonce_hash")
)
_SPEND = insert(SpentNonce.__table__)  # type: ignore[arg-type]


def spent_bodies(session: Session, nonce: bytes) -> dict[bytes, bool]:
    """Read the marks of the bodies that came with a nonce, each with whether it is closed."""
    rows = session.connection().execute(_SPENT, {"nonce_hash": nonce_hash(nonce)})
    return {mac: closed for mac, closed in rows}


def spend(session: Session, nonce: bytes, mac: bytes, *, day: date, closed: bool = False) -> None:
    """Write a nonce down as spent with one body; fails (IntegrityError) when it was already."""
    values = {"nonce_hash": nonce_hash(nonce), "body_mac": mac, "day": day, "is_closed": closed}
    session.connection().execute(_SPEND, values)


def close_nonce(session: Session, nonce: bytes) -> None:
    """Mark that the receipt was copied: from now on nobody is shown it under this nonce."""
    session.execute(
        update(SpentNonce).where(SpentNonce.nonce_hash == nonce_hash(nonce)).values(is_closed=True)
    )


class DayKeys:
    """The days' keys, read through memory: they are needed at every tip and never change."""

    def __init__(self) -> None:
        self._keys: dict[date, bytes] = {}
        self._lock = threading.Lock()

    def get(self, session: Session, day: date) -> bytes | None:
        """Get a day's key, making today's where it is missing. None once it was destroyed.

        Commits when it makes a key: the key must be there before a receipt hangs on it.
        """
        with self._lock:
            oldest = oldest_form(today())
            self._keys = {day: key for day, key in self._keys.items() if day >= oldest}
            if day < oldest or day > today():
                return None
            if day not in self._keys:
                self._keys[day] = _read_or_make(session, day)
            return self._keys[day]


def _read_or_make(session: Session, day: date) -> bytes:
    query = select(DayKey.key).where(DayKey.day == day)
    key = session.execute(query).scalar_one_or_none()
    if key is None:
        try:
            session.execute(insert(DayKey).values(day=day, key=secrets.token_bytes(32)))
            session.commit()
        except IntegrityError:
            session.rollback()
        key = session.execute(query).scalar_one()
    session.commit()
    return key
