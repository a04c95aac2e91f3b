"""What `tip.measures` declares, as the cells and sums that the auditor reckons with."""

from collections.abc import Mapping
from typing import Final

from ...tip.counted import Grain
from ...tip.measures import MEASURES, Kind
from ..cells import Shape

COUNTS: Final = {one.id: one for one in MEASURES.values() if one.kind is Kind.COUNT}
MEDIANS: Final = {
    one.id: one.family
    for one in MEASURES.values()
    if one.kind is Kind.MEDIAN and one.family is not None
}
"""Medians of days, each with the numbers of which it is made."""
BESIDE: Final = {"days_read": "read_in_time", "days_accepted": "accepted", "days_closed": "closed"}
"""The count beside which each median is told; of what was read, a part that is large enough."""


def shape_of(groups: Mapping[str, tuple[str, ...]]) -> Shape:
    """Give the shape of all measures, from the groups that there were in each quarter."""
    return Shape(
        measures={one.id: one.by_group for one in COUNTS.values()},
        groups=groups,
        parts={one.id: one.parts for one in COUNTS.values() if one.parts},
        quarterly=_of_grain(Grain.QUARTER),
        yearly=_of_grain(Grain.YEAR),
    )


def _of_grain(grain: Grain) -> frozenset[str]:
    return frozenset(one.id for one in COUNTS.values() if one.grain is grain)
