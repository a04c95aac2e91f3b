"""Which unit takes a tip, and how urgent it is. Pure: choices come in, a unit's id comes out.

The browser chooses by the same rules; tests/routes_cases.json holds both to the same table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .answers import Answers
from .fields import UNCLEAR
from .urgency import Urgency


@dataclass(frozen=True)
class Ways:
    """The way of tips about officials: the one home of what is asked of it.

    No row tells which tips came that way. At a unit that takes them, all are treated so.
    """

    supervisory: tuple[str, ...]
    """The units that take them and nothing else, the first one first."""
    upper: str
    """The unit above all, which takes them where the others are excluded, and other tips too."""

    @property
    def takers(self) -> tuple[str, ...]:
        """The units that may take such a tip, in the order in which they are asked."""
        return (*self.supervisory, self.upper)

    def is_sealed(self, unit_id: str | None) -> bool:
        """Return whether tips at this unit may be about officials."""
        return unit_id in self.takers

    def is_custodial(self, unit_id: str) -> bool:
        """Return whether all tips at this unit are about officials."""
        return unit_id in self.supervisory

    def may_pass(self, unit_id: str, other: str) -> bool:
        """Return whether a tip at one unit may go to another: down from this way none goes.

        Where the reporter excluded the other one, a member's browser refuses; no row tells that.
        """
        return unit_id != other and (not self.is_sealed(unit_id) or self.is_sealed(other))

    def can_take(self, open_units: Collection[str]) -> bool:
        """Return whether any unit of this way can read tips now."""
        return any(unit in open_units for unit in self.takers)

    def watcher(self, unit_id: str) -> str | None:
        """Return the unit that is told of another's overdue tips; above the upper one is none."""
        if unit_id == self.upper:
            return None
        return self.upper if self.is_custodial(unit_id) else self.supervisory[0]

    def guardian(self, unit_id: str | None) -> str | None:
        """Return the unit whose heads agree to what is done to this one; None for most units."""
        if not self.is_sealed(unit_id):
            return None
        return self.supervisory[0] if unit_id == self.upper else self.upper

    def closer(self, unit_id: str) -> str | None:
        """Return the unit whose heads agree to an early end of a tip that lies at this one."""
        return self.upper if self.is_sealed(unit_id) else None


class Routes(Protocol):
    """What the choice of a unit needs of a district: `district.data.District` has it."""

    @property
    def ways(self) -> Ways: ...
    @property
    def categories(self) -> Mapping[str, Any]: ...
    @property
    def units(self) -> Mapping[str, Any]: ...
    @property
    def offices(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Circumstances:
    """The answers that decide a tip's way; all else in it is read by staff alone."""

    category: str = UNCLEAR
    official: str = UNCLEAR
    exclude: tuple[str, ...] = ()
    when: str = UNCLEAR
    minor: str = UNCLEAR

    @classmethod
    def of(cls, answers: Answers) -> "Circumstances":
        """Read them off the answers of a form; what was left open is unclear."""
        texts = {
            name: str(answers[name])
            for name in ("category", "official", "when", "minor")
            if name in answers
        }
        return cls(**texts, exclude=tuple(answers.get("exclude", ())))

    @property
    def is_supervisory(self) -> bool:
        """Whether the tip goes the sealed way."""
        return is_supervisory(self.official, self.exclude)


def is_supervisory(official: str, exclude: Collection[str]) -> bool:
    """Return whether a tip goes the sealed way: an official is, or may be, part of the matter."""
    return official == "yes" or (official == UNCLEAR and bool(exclude))


def excluded_units(routes: Routes, exclude: Collection[str]) -> set[str | None]:
    """Return the units whose offices a reporter excluded."""
    return {routes.offices[office].unit for office in exclude}


def choose_unit(
    routes: Routes,
    tip: Circumstances,
    open_units: Collection[str],
    resting: Collection[str] = (),
) -> str | None:
    """Return the unit that takes the tip, or None where no unit may.

    An excluded unit gives way to its route's `otherwise`, in order, at last to the upper unit; so
    does one that rests, since a holder of its key was shut out. A closed one gives way to nobody. A
    supervisory tip knows only the units of its way (design.md section 5).
    """
    excluded = excluded_units(routes, tip.exclude)
    if tip.is_supervisory:
        first, *fallbacks = routes.ways.takers
    else:
        first, *fallbacks = way_of(routes, routes.categories[tip.category].route)
    if first not in excluded and first not in resting:
        return first if first in open_units else None
    takers = (unit for unit in fallbacks if unit not in excluded and unit in open_units)
    return next(takers, None)


def way_of(routes: Routes, first: str) -> list[str]:
    """Return the units that take what is not about officials, in the order they are asked."""
    return [first, *routes.units[first].otherwise, routes.ways.upper]


def stand_in(
    routes: Routes, unit_id: str, open_units: Collection[str], *, sealed_way: bool = False
) -> str | None:
    """Return the unit that takes what comes for a resting one, where the reporter excludes none."""
    way = list(routes.ways.takers) if sealed_way else way_of(routes, unit_id)
    return next((unit for unit in way[1:] if unit != unit_id and unit in open_units), None)


def may_stay(routes: Routes, tip: Circumstances, unit_id: str) -> bool:
    """Return whether later words of these circumstances may reach the unit that has the tip."""
    if unit_id in excluded_units(routes, tip.exclude):
        return False
    return not tip.is_supervisory or routes.ways.is_sealed(unit_id)


def choose_urgency(tip: Circumstances) -> Urgency:
    """Return a tip's urgency on arrival (design.md section 4); staff may change it.

    A supervisory tip is P1 whatever it says, so that its cover tells nothing of its matter.
    """
    if tip.is_supervisory:
        return Urgency.P1
    if tip.when == "now" and tip.category == "A1":
        return Urgency.P0
    if tip.minor == "yes" or (tip.when == "now" and tip.category == "B2"):
        return Urgency.P1
    return Urgency.P2 if tip.when in ("ongoing", "week") else Urgency.P3


def offered_categories(
    routes: Routes,
    open_units: Collection[str],
    *,
    sealed_way: bool,
    resting: Collection[str] = (),
) -> frozenset[str]:
    """Return the categories whose unit can read tips, or rests with one that stands in for it.

    The others are not offered. On the sealed way every matter goes to its units, so all or none.
    """
    if sealed_way and routes.ways.can_take(open_units):
        return frozenset(routes.categories)
    return frozenset(
        row.id
        for row in routes.categories.values()
        if row.route in open_units
        or (row.route in resting and stand_in(routes, row.route, open_units))
    )
