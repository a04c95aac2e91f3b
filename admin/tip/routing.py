"""Which unit takes a tip. Pure: choices come in, a unit's id comes out."""

from collections.abc import Collection
from dataclasses import dataclass

from ..district.data import District
from ..models import Urgency


@dataclass(frozen=True)
class Circumstances:
    """The answers that decide a tip's way; all else in it is read by staff alone."""

    category: str
    official: str
    exclude: tuple[str, ...]
    when: str
    minor: str


def is_supervisory(official: str, exclude: Collection[str]) -> bool:
    """Tell whether the tip goes the sealed way: an official is, or may be, part of the matter."""
    return official == "yes" or (official == "unclear" and bool(exclude))


def choose_unit(district: District, tip: Circumstances, open_units: Collection[str]) -> str | None:
    """Choose the unit that takes the tip, or None where no unit may.

    An excluded unit gives way to its route's `otherwise`, in order, at last to the upper unit. A
    supervisory tip knows only the supervisory unit and the one above (design.md section 5).
    """
    excluded = {district.offices[office].unit for office in tip.exclude}
    if is_supervisory(tip.official, tip.exclude):
        first, fallbacks = district.supervisory, [district.upper]
    else:
        first = district.categories[tip.category].route
        fallbacks = [*district.units[first].otherwise, district.upper]
    if first not in excluded:
        return first if first in open_units else None
    takers = (unit for unit in fallbacks if unit not in excluded and unit in open_units)
    return next(takers, None)


def choose_urgency(tip: Circumstances) -> Urgency:
    """Grade a tip on arrival (design.md section 4); staff may change it.

    A supervisory tip is P1 whatever it says, so that its cover tells nothing of its matter.
    """
    if is_supervisory(tip.official, tip.exclude):
        return Urgency.P1
    if tip.when == "now" and tip.category == "A1":
        return Urgency.P0
    if tip.minor == "yes" or (tip.when == "now" and tip.category == "B2"):
        return Urgency.P1
    return Urgency.P2 if tip.when in ("ongoing", "week") else Urgency.P3


def offered_categories(
    district: District, open_units: Collection[str], *, sealed_way: bool
) -> frozenset[str]:
    """Name the categories whose unit can read tips; the others are not offered.

    On the sealed way every matter goes to the supervisory unit, so all or none are.
    """
    if sealed_way and {district.supervisory, district.upper} & set(open_units):
        return frozenset(district.categories)
    return frozenset(
        category.id for category in district.categories.values() if category.route in open_units
    )
