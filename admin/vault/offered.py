"""What the public form is told of the units: to whom a tip may go, and to what it is sealed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from ..district import District
from .units import OpenUnit

_VERSION: Final = "dengshao routes v1"


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
        }
        for unit in district.units.values()
        if practice or not unit.practice
    }


def routes_of(district: District, site_id: str, units: Mapping[str, OpenUnit]) -> dict[str, Any]:
    """Tell a browser all that chooses a tip's unit, and to what each unit's tips are sealed."""
    return {
        "site": site_id,
        "supervisory": district.supervisory,
        "upper": district.upper,
        "units": offered_units(district, units),
        "categories": {row.id: row.route for row in district.categories.values()},
        "offices": {row.id: row.unit for row in district.offices.values()},
        "contact": vars(district.contact) if district.contact else None,
    }


def routes_text(district: District) -> str:
    """Write the routes as the one text that the browser and the site's build write too.

    Which units are open is not in it: that changes by the day, and a unit that is called closed
    gives way along what stands here, never to a unit that was excluded.
    """
    pair = district.contact
    units = (unit for unit in district.units.values() if not unit.practice)
    whole = [
        _VERSION,
        district.supervisory,
        district.upper,
        [pair.custodian, pair.reviewer] if pair else None,
        sorted([unit.id, list(unit.otherwise)] for unit in units),
        sorted([category.id, category.route] for category in district.categories.values()),
        [[office.id, office.unit] for _id, office in sorted(district.offices.items())],
    ]
    return json.dumps(whole, separators=(",", ":"))


def routes_digest(district: District) -> str:
    """Give what /keys.json publishes of the routes."""
    return hashlib.sha256(routes_text(district).encode()).hexdigest()
