"""What was published of a half-year, of all groups together: read off files, never counted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ...reading.published import BUCKETS, Number, PublishedFile, PublishedMeasure, Words
from .periods import Half

_ACTS: Final = "two_person"
"""Counts acts; all others count tips."""
_EXACT: Final = "log_requests"
"""Told as it is in the report's own words: a number that is withheld beside it would puzzle."""


@dataclass(frozen=True)
class ShownNumber:
    """One number as it is shown: withheld, or not published yet, is said in words."""

    words: Words
    is_number: bool = False


WITHHELD: Final = ShownNumber(Words("不公布", "withheld"))
NOT_YET: Final = ShownNumber(Words("还没有公布", "not yet published"))
YEARLY: Final = ShownNumber(Words("不分季度", "by year only"))


@dataclass(frozen=True)
class NumberRow:
    measure: PublishedMeasure
    cells: tuple[ShownNumber, ...]
    """One for each period of the half."""

    @property
    def is_main(self) -> bool:
        """Tell whether it stands in the sentences before the table."""
        return self.measure.by_group


def read_rows(files: Sequence[PublishedFile], half: Half) -> list[NumberRow]:
    """Make a row of each measure that was published for a period of the half."""
    told = _told(files)
    telling = [file for file in files if set(half.periods) & {*file.quarters, *file.years}]
    known = {period for file in telling for period in (*file.quarters, *file.years)}
    # In the words of the newest of these files.
    measures = {one.id: one for file in telling for one in file.measures}
    rows = [
        NumberRow(
            one,
            tuple(told.get((one.id, at)) or _unless(one, at, known) for at in half.periods),
        )
        for one in measures.values()
        if one.id != _EXACT
    ]
    return [row for row in rows if any(cell not in (NOT_YET, YEARLY) for cell in row.cells)]


def missing(files: Sequence[PublishedFile], half: Half) -> tuple[str, ...]:
    """Name the quarters of which nothing is published yet."""
    known = {quarter for file in files for quarter in file.quarters}
    return tuple(quarter for quarter in half.quarters if quarter not in known)


def _unless(measure: PublishedMeasure, period: str, known: Collection[str]) -> ShownNumber:
    """Say why a number is not there: left out of its publication, it looks like a withheld one."""
    if measure.grain == "year" and "-" in period:
        return YEARLY
    return WITHHELD if period in known else NOT_YET


def _told(files: Sequence[PublishedFile]) -> dict[tuple[str, str], ShownNumber]:
    found: dict[tuple[str, str], ShownNumber] = {}
    for file in files:
        for number in file.numbers:
            if number.group == "all":
                found[number.measure, number.period] = _number(number)
        for median in file.medians:
            if median.group == "all":
                found[median.measure, median.period] = ShownNumber(
                    BUCKETS[median.value], is_number=True
                )
    return found


def _number(number: Number) -> ShownNumber:
    if number.value is None:
        return WITHHELD
    unit = "次" if number.measure == _ACTS else "条"
    return ShownNumber(Words(f"{number.value} {unit}", f"{number.value}"), is_number=True)
