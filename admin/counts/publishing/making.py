"""Makes the draft of what is due, with the auditor: where SciPy is, never in a serving process."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from sqlalchemy.orm import Session

from ...district.count_groups import CountGroups
from ...models import CountPublication
from ...reading.published import (
    MedianDays,
    Number,
    PublishedFile,
    PublishedGroup,
    measures_now,
)
from ...reading.publishing import Publishing
from ..cells import ALL, Cell, Shape, next_quarter, parts_of, year_of
from ..disclosing.book import Book, close
from ..disclosing.numbers import Publication
from ..disclosing.publisher import Median, next_publication
from ..narrowing.audit import Audit
from ..reading import Key, check_practice, median_bucket, read_cells, read_numbers
from .shape import BESIDE, MEDIANS, shape_of
from .store import (
    confirmed_rows,
    file_of,
    first_quarter,
    folded_year,
    publication_of,
    read_book,
    told_quarters,
)


class NotNow(Exception):
    """Nothing can be drafted as things are; the message says why, and what to do."""


class GroupsMoved(NotNow):
    """A group that was published is not what it was."""


class DayTaken(NotNow):
    """The day bears a publication already, of other quarters."""


@dataclass(frozen=True)
class Due:
    quarters: tuple[str, ...]
    """Those whose day has come, and of which nothing was said."""
    lost: tuple[str, ...]
    """Those of which nothing was said, and whose year was folded since."""
    passed: tuple[str, ...]
    """Those of which nothing is known, while later ones were told: each publication tells all that
    are due, so that one must have told these, and was lost with its file."""
    next: str
    """The first of which the day has not come."""


@dataclass(frozen=True)
class Counted:
    """All that a publication is made of, as it stood at one moment."""

    rows: tuple[CountPublication, ...]
    before: tuple[PublishedFile, ...]
    book: Book
    cells: Counter[Cell]
    numbers: Counter[Key]
    due: Due


@dataclass(frozen=True)
class Draft:
    """A publication as it would go out, and what only its makers see of how it came about."""

    file: PublishedFile
    publication: Publication
    book: Book
    groups: dict[str, list[str]]
    tried: tuple[Audit, ...]
    seen: tuple[date, ...]
    """The days of the publications on which it rests: of one confirmed since it knows nothing."""


def read_due(session: Session, publishing: Publishing, today: date) -> Due:
    """Find what is to be said now."""
    told, folded = told_quarters(confirmed_rows(session)), folded_year(session)
    quarter = first_quarter(session)
    untold: list[str] = []
    while publishing.is_due(quarter, today):
        untold += [quarter] if quarter not in told else []
        quarter = next_quarter(quarter)
    lost = tuple(one for one in untold if int(one[:4]) <= folded)
    passed = tuple(one for one in untold if one < max(told, default="") and one not in lost)
    due = tuple(one for one in untold if one not in {*lost, *passed})
    return Due(due, lost, passed, quarter)


def read_counted(
    session: Session,
    groups: CountGroups,
    practice: Sequence[str],
    publishing: Publishing,
    today: date,
) -> Counted:
    """Read all that is wanted; the auditor reckons afterwards, and keeps no writer waiting."""
    rows = tuple(confirmed_rows(session))
    check_groups(groups, rows)
    check_practice(session, practice)
    due = read_due(session, publishing, today)
    _check_day(publishing, rows, due, today)
    return Counted(
        rows,
        tuple(map(file_of, rows)),
        read_book(session, rows),
        read_cells(session, groups, practice),
        read_numbers(session),
        due,
    )


def _check_day(
    publishing: Publishing, rows: Sequence[CountPublication], due: Due, today: date
) -> None:
    """Raise `DayTaken` where what is due would bear the day of another publication."""
    day = publishing.latest_day(today)
    if any(row.day == day for row in rows):
        raise DayTaken(
            f"{day} 已经公布过别的季度，一个公布日只有一个文件。"
            f"没有做任何改动。请等到 {publishing.day_of(due.next)} 再运行，会一起公布。"
        )


def check_groups(groups: CountGroups, rows: Sequence[CountPublication]) -> None:
    """Raise `GroupsMoved` where a group that was published is gone, or a unit left it."""
    for row in rows:
        for group, units in row.groups.items():
            if units and group not in {*groups.words, *groups.retired}:
                raise GroupsMoved(
                    f"count_groups.yml 里没有 {group} 这一组了，它在 {row.day} 公布过。"
                    "请放回去；不再用的，写 retired: true。"
                )
            for unit_id in units:
                now = groups.of_unit.get(unit_id)
                if now != (group if group in groups.words else None):
                    raise GroupsMoved(
                        f"count_groups.yml：{unit_id} 在 {row.day} 公布的时候属于 {group} 组，"
                        "公布过的单位不能换组。请改回去。撤掉的、改了 id 的，旧 id 留在组里，"
                        "在 routes.yml 写 retired: true。"
                    )


def make_draft(
    counted: Counted, groups: CountGroups, publishing: Publishing, today: date, *, demo: bool
) -> Draft:
    """Close what is due and publish it by the rules.

    Raises `PublicationStopped`, and `NotSolved` where the auditor has no answer.
    """
    there = {quarter: tuple(row.groups) for row in counted.rows for quarter in row.quarters}
    there |= dict.fromkeys((*counted.due.passed, *counted.due.quarters), tuple(groups.words))
    shape = shape_of(there)
    book = close(counted.book, counted.cells, shape, counted.due.quarters)
    tried: list[Audit] = []
    publication = next_publication(
        shape,
        book,
        [publication_of(file) for file in counted.before],
        publishing.latest_day(today),
        medians=_medians(counted, shape),
        tried=tried,
    )
    known = {group.id: group for file in counted.before for group in file.groups}
    known |= dict(groups.words)
    file = to_file(publication, counted.due.quarters, known, demo=demo)
    seen = tuple(row.day for row in counted.rows)
    return Draft(file, publication, book, groups.units, tuple(tried), seen)


def _medians(counted: Counted, shape: Shape) -> Iterator[Median]:
    due = counted.due.quarters
    periods = {quarter: [quarter] for quarter in due}
    for year in {year_of(quarter) for quarter in due if quarter.endswith("Q4")}:
        periods[year] = [quarter for quarter in parts_of(year) if quarter in shape.quarters]
    for (measure, family), (period, quarters) in product(MEDIANS.items(), periods.items()):
        bucket = median_bucket(counted.numbers, family, quarters)
        if bucket is not None:
            yield Median(Cell(measure, period, ALL), Cell(BESIDE[measure], period, ALL), bucket)


def to_file(
    publication: Publication,
    quarters: Sequence[str],
    groups: Mapping[str, PublishedGroup],
    *,
    demo: bool,
) -> PublishedFile:
    """Write a publication as the world sees it, in the words of today."""
    numbers = publication.numbers()
    used = {cell.group for cell in numbers} - {ALL}
    return PublishedFile(
        day=publication.day,
        quarters=tuple(quarters),
        years=tuple(year_of(quarter) for quarter in quarters if quarter.endswith("Q4")),
        demo=demo,
        measures=measures_now(),
        groups=tuple(group for group in groups.values() if group.id in used),
        numbers=tuple(_number(cell, value) for cell, value in numbers.items()),
        medians=tuple(
            MedianDays(cell.measure, cell.period, cell.group, bucket)
            for cell, bucket in publication.medians.items()
        ),
    )


def _number(cell: Cell, value: int | None) -> Number:
    return Number(cell.measure, cell.period, cell.group, value)
