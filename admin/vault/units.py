"""Units' public keys: which units can read tips, and to what a tip for them is sealed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..district import District
from ..models import UnitKey

# Seconds for which the keys are taken from memory: a retired key is out of use at most so long
# after its retirement, and no form has to wait for the database.
CACHE_SECONDS = 2.0


@dataclass(frozen=True)
class OpenUnit:
    """A unit that opens for tips: its key was confirmed by a second person."""

    unit_id: str
    key_id: int
    recipient: str
    recovery: str

    @property
    def recipients(self) -> list[str]:
        return [self.recipient, self.recovery]


def open_units(session: Session, district: District) -> dict[str, OpenUnit]:
    """Read the units whose current key stands, with its fingerprint, in keys.yml."""
    rows = session.execute(
        select(
            UnitKey.unit_id, UnitKey.id, UnitKey.recipient, UnitKey.recovery, UnitKey.fingerprint
        ).where(UnitKey.retired_on.is_(None))
    )
    return {
        unit_id: OpenUnit(unit_id, key_id, recipient, recovery)
        for unit_id, key_id, recipient, recovery, fingerprint in rows
        if (unit_id, fingerprint) in district.fingerprints and unit_id in district.units
    }


class UnitCache:
    """Keeps the open units in memory for a moment, so that the form's path reads no database."""

    def __init__(self, load: Callable[[], dict[str, OpenUnit]]) -> None:
        self._load = load
        self._units: dict[str, OpenUnit] = {}
        self._until = 0.0

    def get(self) -> dict[str, OpenUnit]:
        now = time.monotonic()
        if now >= self._until:
            self._units = self._load_or_keep()
            self._until = now + CACHE_SECONDS
        return self._units

    def _load_or_keep(self) -> dict[str, OpenUnit]:
        try:
            return self._load()
        except SQLAlchemyError:
            # The database is away. A form that was filled in must still come back with its words.
            if not self._units:
                raise
            return self._units
