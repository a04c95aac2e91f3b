"""How many tips each lane of the queue holds. Each count walks its index and stops at a bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select

from ...models import LaneRank, Transfer
from ...tip.urgency import Urgency
from ...vault.key_change.transfers import unchecked
from .lanes import LANES, SHOWN, UNIT, IndexScan, Lane, tip

COUNTED_MAX: Final = 100
"""Beyond that nobody needs to know how many there are. Each page pays for ten counts."""
_CALLING: Final = (LaneRank.CALLING_PROVEN, LaneRank.CALLING)


@dataclass(frozen=True)
class Counts:
    """How many tips each lane holds, up to `COUNTED_MAX`."""

    by_lane: dict[Lane, int]
    machine_urgent: int
    """How many of the machine lane are P0."""
    machine_danger: int
    """How many of these tell that their reporter is in danger."""
    arriving: int = 0
    """How many tips another unit passed on, and nobody here has taken over."""
    is_unchecked: bool = False
    """Whether a second browser is to compare what this unit passed on."""


def read_counts(row: Row[*tuple[Any, ...]]) -> Counts:
    """Take the counts out of a row that holds what `counts_statement` asks for."""
    by_lane = {lane: row._mapping[lane] for lane in Lane}
    others = row.arriving, bool(row.is_unchecked)
    return Counts(by_lane, row.machine_urgent, row.machine_danger, *others)


@cache
def counts_statement() -> Select[*tuple[Any, ...]]:
    """Build the counts: each walks its index and stops at `COUNTED_MAX`."""
    machine = LANES[Lane.MACHINE]
    urgent = [walk.at(Urgency.P0) for walk in machine]
    return select(
        *(_sum(walks).label(lane) for lane, walks in LANES.items()),
        _sum(urgent).label("machine_urgent"),
        _sum([walk for walk in machine if walk.rank in _CALLING]).label("machine_danger"),
        select(func.count())
        .where(Transfer.to_unit == UNIT, Transfer.settled_on.is_(None))
        .scalar_subquery()
        .label("arriving"),
        unchecked(UNIT).label("is_unchecked"),
    )


def _sum(walks: Sequence[IndexScan]) -> ColumnElement[int]:
    return sum((_count(walk) for walk in walks[1:]), start=_count(walks[0]))


def _count(walk: IndexScan) -> ColumnElement[int]:
    met: Select[Any] = select(literal_column("1")).select_from(tip).where(*walk.where, SHOWN)
    if not walk.is_loose:
        # In the index's order, or PostgreSQL reads the table from its front until it has met a
        # hundred: among a million tips that is as slow as their places happen to make it.
        met = met.order_by(*walk.order())
    capped = met.correlate(None).limit(COUNTED_MAX).subquery()
    return select(func.count()).select_from(capped).scalar_subquery()
