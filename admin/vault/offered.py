"""What the public form is told of the units: to whom a tip may go, and to what it is sealed."""

from collections.abc import Mapping
from typing import Any

from ..district.data import District
from .units import OpenUnit, resting_of


def offered_units(
    district: District, units: Mapping[str, OpenUnit], *, practice: bool = False
) -> dict[str, dict[str, Any]]:
    """Tell of each unit; one that is not open has no recipients. Of units for practice: if asked.

    One maker for the form and for the desk, whose members compare it with the keys in their hands.
    """
    return {
        unit.id: {
            "otherwise": unit.otherwise,
            "recipients": units[unit.id].recipients if unit.id in units else [],
            # Which of the unit's keys that is, as text: JavaScript's numbers are too short for it.
            "key": str(units[unit.id].key_id) if unit.id in units else "",
            # Whether others of its route stand in for it; a closed unit has nobody.
            "resting": unit.id in resting_of(units),
        }
        for unit in district.units.values()
        if practice or not unit.practice
    }


def routes_of(district: District, site_id: str, units: Mapping[str, OpenUnit]) -> dict[str, Any]:
    """Tell a browser all that chooses a tip's unit, and to what each unit's tips are sealed."""
    return {
        "site": site_id,
        "takers": district.ways.takers,
        "stands_in": district.stands_in,
        "units": offered_units(district, units),
        "categories": {row.id: row.route for row in district.categories.values()},
        "offices": {row.id: row.unit for row in district.offices.values()},
        "contact": vars(district.contact) if district.contact else None,
    }
