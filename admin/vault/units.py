"""Units' public keys: which units can read tips, and to what a tip for them is sealed."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..db import today
from ..district.data import District
from ..models import KeyGrant, Member, UnitKey
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


class OpenUnits(dict[str, OpenUnit]):
    """The open units by id, and the ones that rest: others of their route stand in for those."""

    def __init__(self, units: Mapping[str, OpenUnit], resting: Collection[str] = ()) -> None:
        super().__init__(units)
        self.resting: frozenset[str] = frozenset(resting)

    def __eq__(self, other: object) -> bool:
        resting: object = getattr(other, "resting", frozenset())
        return super().__eq__(other) and self.resting == resting

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    @property
    def state(self) -> tuple[frozenset[str], frozenset[str]]:
        """What a page that is kept was made for."""
        return frozenset(self), self.resting


def resting_of(units: Mapping[str, OpenUnit]) -> frozenset[str]:
    """Return which units rest; of a plain mapping, none."""
    return units.resting if isinstance(units, OpenUnits) else frozenset()


# `exists()` by itself asks for every column, and the form's login may not read what is sealed.
_IS_TAKEN = exists(true()).where(
    KeyGrant.unit_key_id == UnitKey.id,
    KeyGrant.member_id == Member.id,
    Member.suspended_on.is_not(None),
)
"""Whether who was shut out holds a key: nothing new is sealed to it from then on."""
_KEYS = select(UnitKey.unit_id, UnitKey.id, UnitKey.recipient, UnitKey.recovery)


def open_units(session: Session, district: District) -> OpenUnits:
    """Read the units whose current key stands in keys.yml, and is held by nobody who was shut out.

    Where the key in use is a next one whose line has not reached this node yet, it is the one
    before. A unit rests while its holder was shut out, up to the publication of its new key: it
    took tips a moment ago. A unit whose first key waits never did, and is closed.
    """
    columns = _KEYS.add_columns(UnitKey.succeeds_id, _IS_TAKEN)
    found, resting = {}, set()
    for *row, before_id, is_taken in session.execute(columns.where(UnitKey.retired_on.is_(None))):
        unit = OpenUnit(*row)
        if is_taken or not is_sealed_to(unit, district):
            before = _before(session, district, before_id)
            resting |= {unit.unit_id} if before is None and (is_taken or before_id) else set()
        else:
            before = unit
        if before is not None:
            found[unit.unit_id] = before
    return OpenUnits(found, resting if district.stands_in else ())


def _before(session: Session, district: District, key_id: int | None) -> OpenUnit | None:
    """Find the key before one in use, as long as its line stands and nobody took it along."""
    if key_id is None:
        return None
    row = session.execute(_KEYS.where(UnitKey.id == key_id, ~_IS_TAKEN)).first()
    unit = OpenUnit(*row) if row else None
    return unit if unit and is_sealed_to(unit, district) else None


def is_sealed_to(unit: OpenUnit, district: District) -> bool:
    """Tell whether new tips may be sealed to this key: its line is open, or still overlaps."""
    if is_confirmed(unit, district):
        return True
    found = fingerprint_of(unit.unit_id, unit.recipient, unit.recovery)
    return unit.unit_id in district.units and any(
        (of, fingerprint) == (unit.unit_id, found) and until >= today()
        for of, fingerprint, until in district.overlap
    )


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

    That is the unit's key in use. While a new key waits for its second person, or is to be made
    since a holder was shut out, it is the key on which the tip itself still hangs: words that are
    added open to exactly those who can open what they are added to, and nobody is sent away. A key
    gets none that was never confirmed, or whose line in keys.yml is gone or past its last day.
    """
    if unit_id in open_now:
        return open_now[unit_id]
    renewed = select(UnitKey.id).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
    is_older = UnitKey.retired_on.is_not(None) & renewed.exists()
    row = session.execute(_KEYS.where(UnitKey.id == key_id, is_older | _IS_TAKEN)).first()
    unit = OpenUnit(*row) if row else None
    return unit if unit and (is_confirmed(unit, district) or is_retiring(unit, district)) else None


class UnitCache:
    """Keeps the open units in memory for a moment, so that the form's path reads no database."""

    def __init__(self, load: Callable[[], OpenUnits]) -> None:
        self._load = load
        self._units = OpenUnits({})
        self._until = 0.0

    def get(self) -> OpenUnits:
        now = time.monotonic()
        if now >= self._until:
            try:
                self._units = self._load()
            except SQLAlchemyError:
                # The database is away. A form that was filled in must still come back with its
                # words, and soon: the page asks several times, and each could take its seconds.
                if not self._units:
                    raise
                now = time.monotonic()
            self._until = now + CACHE_SECONDS
        return self._units
