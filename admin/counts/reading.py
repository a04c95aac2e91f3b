"""Reads what was counted: sums of rows of numbers and of the audit log, never of tips."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..db import SHANGHAI
from ..district.count_groups import CountGroups
from ..models import AuditEvent, Tally
from ..reading.data_files import DataError
from ..tip.counted import DAYS, MANY_DAYS, Family, Grain, quarter_of
from ..tip.measures import MEASURES, Kind, Measure
from .cells import ALL, Cell
from .rules import LEAST

Key = tuple[str, Family, str, str]
"""Period, family, part and unit."""
EVER: Final = "all"
"""The period of what was folded out of every year."""


def practice_units() -> Collection[str]:
    """Name the units for practice: they count nowhere."""
    return {unit.id for unit in app_state().district.units.values() if unit.practice}


def counted_units(session: Session, among: Collection[str]) -> list[str]:
    """Name those of some units of which numbers are kept one by one."""
    query = select(Tally.unit_id).where(Tally.unit_id.in_(sorted(among))).distinct()
    return sorted(session.scalars(query))


def check_practice(session: Session, practice: Collection[str]) -> None:
    """Raise `DataError` where a unit that was counted is marked as one for practice."""
    for unit_id in counted_units(session, practice):
        raise DataError(
            f"routes.yml：{unit_id} 已经计过数，不能改成练习组（practice: true）。"
            "请改回去；要练习，另设一个单位。"
        )


def read_numbers(session: Session) -> Counter[Key]:
    """Read all numbers, by period, family, part and unit.

    A unit for practice was never counted; one that was counted and is marked so later stays.
    """
    columns = (Tally.period, Tally.family, Tally.part, Tally.unit_id)
    query = select(*columns, func.sum(Tally.count)).group_by(*columns)
    # A newer program may have counted what this one does not know.
    rows = session.execute(query.where(Tally.family.in_(list(Family))))
    # PostgreSQL's sums are decimals.
    return Counter(
        {(period, Family(family), part, unit): int(n) for period, family, part, unit, n in rows}
    )


def read_cells(session: Session, groups: CountGroups, practice: Collection[str]) -> Counter[Cell]:
    """Read the finest cell of each count: months, quarters or years, by group or in `all`.

    A count by group has no cell in `all`: it is the sum. Of what was folded, no cell is left.
    """
    numbers = read_numbers(session)
    counts = [one for one in MEASURES.values() if one.kind is Kind.COUNT]
    found: Counter[Cell] = Counter()
    for measure in counts:
        if measure.family is None:
            found.update(_of_log(session, measure, practice))
        else:
            found.update(_of_numbers(numbers, measure, groups))
    return found


_LENGTH: Final = {Grain.MONTH: 7, Grain.QUARTER: 7, Grain.YEAR: 4}


def _of_numbers(numbers: Mapping[Key, int], measure: Measure, groups: CountGroups) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for (period, family, part, unit_id), count in numbers.items():
        if family is not measure.family or len(period) != _LENGTH[measure.grain]:
            continue
        if measure.part in (None, part):
            group = groups.of(unit_id) if measure.by_group and unit_id else ALL
            found[Cell(measure.id, period, group)] += count
    return found


def _of_log(session: Session, measure: Measure, practice: Collection[str]) -> Counter[Cell]:
    """Count lines of the audit log by quarter."""
    unit = AuditEvent.unit_id
    is_real = or_(unit.is_(None), unit.not_in(sorted(practice)))
    times = session.scalars(select(AuditEvent.at).where(is_real, _acts(measure.acts)))
    return Counter(Cell(measure.id, quarter_of(day_of(at)), ALL) for at in times)


def _acts(acts: Iterable[str]) -> ColumnElement[bool]:
    def is_act(text: str) -> ColumnElement[bool]:
        act, _space, detail = text.partition(" ")
        return and_(AuditEvent.act == act, AuditEvent.detail.startswith(detail, autoescape=True))

    return or_(*map(is_act, acts))


def day_of(at: int) -> date:
    """Give the day of a line of the log."""
    return datetime.fromtimestamp(at, SHANGHAI).date()


_BUCKETS: Final = (*(name for _most, name in DAYS), MANY_DAYS)


def median_bucket(
    numbers: Mapping[Key, int], family: Family, quarters: Iterable[str]
) -> str | None:
    """Find the bucket of days in which the middle tip lies; None where there are few.

    One tip more or less must not move it by itself where half of `LEAST` lie on either side.
    """
    there = tuple(quarters)
    counts = [sum(numbers.get((one, family, name, ""), 0) for one in there) for name in _BUCKETS]
    total = sum(counts)
    if total < 2 * LEAST:
        return None
    below = 0
    for name, count in zip(_BUCKETS, counts, strict=True):
        below += count
        if 2 * below >= total:
            return name
    return None
