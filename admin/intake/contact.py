"""What a reporter may leave to be reached by: under two locks, for two units to open together."""

from collections.abc import Collection, Mapping
from enum import Enum

from ..district.data import District
from ..sealing import age, payload
from ..vault.units import OpenUnit


class Problem(Enum):
    """Why what was typed can't be taken as it is."""

    CLOSED = "closed"
    """One of the two units can't read now."""
    EXCLUDED = "excluded"
    """The reporter keeps the tip from an office of one of the two units."""
    CHANGED = "changed"
    """The tip was sent before, and not with this."""


class ContactRefused(Exception):
    """The words and the contact stay with the reporter; nothing was stored."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def is_offered(district: District, open_units: Collection[str]) -> bool:
    """Tell whether both units can read: otherwise the form does not ask."""
    units = district.contact
    return units is not None and {units.custodian, units.reviewer} <= set(open_units)


def seal(
    text: str, district: District, units: Mapping[str, OpenUnit], exclude: Collection[str]
) -> bytes:
    """Seal to the reviewer's unit, and that to the custodian's. Raises `ContactRefused`."""
    pair = district.contact
    if pair is None or not is_offered(district, units):
        raise ContactRefused(Problem.CLOSED)
    if {pair.custodian, pair.reviewer} & {district.offices[office].unit for office in exclude}:
        raise ContactRefused(Problem.EXCLUDED)
    inner = payload.pad(text.encode(), payload.CONTACT_STEP)
    return _sealed(_sealed(inner, units[pair.reviewer]), units[pair.custodian])


def _sealed(data: bytes, unit: OpenUnit) -> bytes:
    return age.seal(data, [age.parse_recipient(text) for text in unit.recipients])
