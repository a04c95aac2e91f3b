"""Units' public keys: which units can read tips, and to what a tip for them is sealed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..db import today
from ..district.data import District
from ..models import UnitKey
from ..sealing.member import fingerprint as fingerprint_of

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
    rows = session.execute(_KEYS.where(UnitKey.retired_on.is_(None)))
    found = (OpenUnit(*row) for row in rows)
    return {unit.unit_id: unit for unit in found if is_confirmed(unit, district)}


_KEYS = select(UnitKey.unit_id, UnitKey.id, UnitKey.recipient, UnitKey.recovery)


def is_confirmed(unit: OpenUnit, district: District) -> bool:
    """Tell whether a second person entered this key in keys.yml.

    The fingerprint is worked out anew: what stands beside the key in its row proves nothing.
    """
    found = fingerprint_of(unit.unit_id, unit.recipient, unit.recovery)
    return unit.unit_id in district.units and (unit.unit_id, found) in district.fingerprints


def is_retiring(unit: OpenUnit, district: District) -> bool:
    """Tell whether this older key may still get words for the tips that hang on it."""
    found = fingerprint_of(unit.unit_id, unit.recipient, unit.recovery)
    return unit.unit_id in district.units and any(
        (of, fingerprint) == (unit.unit_id, found) and until >= today()
        for of, fingerprint, until in district.retiring
    )


def readers_of(
    session: Session,
    district: District,
    open_now: Mapping[str, OpenUnit],
    *,
    unit_id: str,
    key_id: int,
) -> OpenUnit | None:
    """Find the key to which words for a stored tip are sealed, or None where nobody may read them.

    That is the unit's key in use. While a new key waits for its second person, it is the key on
    which the tip itself still hangs: words that are added open to exactly those who can open what
    they are added to, and nobody is sent away. A key gets none that was never confirmed, or whose
    line in keys.yml is gone or past its last day.
    """
    if unit_id in open_now:
        return open_now[unit_id]
    renewed = select(UnitKey.id).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
    row = session.execute(
        _KEYS.where(UnitKey.id == key_id, UnitKey.retired_on.is_not(None), renewed.exists())
    ).first()
    unit = OpenUnit(*row) if row else None
    return unit if unit and (is_confirmed(unit, district) or is_retiring(unit, district)) else None


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
