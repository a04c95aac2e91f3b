"""Makes the clocks of what stands in content/data/deadlines.yml and holidays.yml."""

import hashlib
import json
from typing import Any

from ..tip.events import Level
from ..tip.urgency import Urgency
from .rules import Clocks, Extension, ExtensionReason, Retention, Rule
from .working_days import KNOWN_YEARS, load_working_days


def load_clocks(deadlines: dict[str, Any], holidays: dict[str, Any]) -> Clocks:
    """Make the clocks of two files that were checked by their schemas.

    Raises `ValueError` for what no schema can tell: a rule that is named and isn't there, a day
    that no calendar has.
    """
    rules = tuple(_rule(row) for row in deadlines["items"] if not row.get("retired"))
    longer = deadlines["extension"]
    known = {rule.id for rule in rules}
    if missing := {longer["rule"], longer["not_after"]} - known:
        raise ValueError(f"extension: no such rule: {', '.join(sorted(missing))}")
    if len(known) < len(rules):
        raise ValueError("items: two rules have one id")
    return Clocks(
        rules=rules,
        extension=Extension(
            longer["rule"],
            longer["days"],
            longer["not_after"],
            tuple(
                ExtensionReason(row["id"], row["zh"])
                for row in longer["reasons"]
                if not row.get("retired")
            ),
        ),
        retention=Retention(**deadlines["retention"]),
        calendar=load_working_days(holidays),
        mark=_mark(deadlines, holidays),
    )


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        zh=row["zh"],
        start=row["from"],
        length=row["length"],
        unit=row["unit"],
        met_by=frozenset(row["met_by"]),
        urge=tuple((level, row["urge"][level]) for level in Level),
        source=row["source"],
        is_law=row["mark"] == "law",
        urgencies=frozenset(map(Urgency, row.get("urgency", Urgency))),
        supervisory_only=row.get("route") == "supervisory",
        outcomes=frozenset(row.get("outcome", ())),
        not_outcomes=frozenset(row.get("not_outcome", ())),
        rolls=row.get("rolls", True),
    )


def _mark(deadlines: dict[str, Any], holidays: dict[str, Any]) -> str:
    """Make a text that is another one as soon as a rule, a day off or the library's years are."""
    data = json.dumps([deadlines, holidays, max(KNOWN_YEARS)], sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()
