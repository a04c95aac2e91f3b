"""Folds small numbers of a year long over into coarser ones, for good: decision 92.

While covers are there, the database tells what they tell, and a number tells less. A number must be
harmless by itself once they are gone. So half a year after a year's end, when all that was to be
published of it has been, no row of that year stays that counts fewer than `LEAST` tips, and none
can be had by subtraction: no row is the sum of others.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import and_, delete, func, insert, or_, select, text
from sqlalchemy.orm import Session

from ..db import changed_rows
from ..models import ClosedCount, CountPublication, Setting, Tally
from ..tip.counted import COUNTED, Family
from .publishing.store import FOLDED, confirmed_rows, folded_year, told_quarters
from .reading import EVER, Key, read_numbers
from .rules import LEAST

MONTH: Final = 7
"""Numbers of a year are folded from the first day of this month of the next year on. By then its
last quarter has been over for two: one for the delay of publishing, and one to be late in."""
Cells = dict[tuple[str, str], int]
"""One period's numbers of a family, by part and unit."""
REST: Final = ("", "")
"""What was folded among them: no part, no unit."""
# Any number, the same in every process: two sweeps take turns by it.
_LOCK: Final = 5_270_913_384
_FORGOTTEN: Final = "counts_practice"
"""The setting that says that units for practice were forgotten once."""


def last_year(today: date) -> int:
    """Tell the last year that is to be folded on a day."""
    return today.year - 1 if today.month >= MONTH else today.year - 2


def fold(session: Session, today: date, practice: Collection[str]) -> int:
    """Fold every year that is due.

    Gives how many numbers are gone. Idempotent. The caller commits, and empties the journal.
    """
    return _forget_practice(session, practice) + _fold(session, last_year(today))


def _forget_practice(session: Session, practice: Collection[str]) -> int:
    """Forget what a migration counted of units for practice: it knew none. Once, at the first turn.

    A unit that is marked so later was counted: without its numbers, sums would tell them, or fail.
    """
    if session.get(Setting, _FORGOTTEN) is not None:
        return 0
    _take_turns(session)
    if session.get(Setting, _FORGOTTEN) is not None:
        return 0
    session.add(Setting(name=_FORGOTTEN, value="yes"))
    session.flush()
    return changed_rows(session.execute(delete(Tally).where(Tally.unit_id.in_(sorted(practice)))))


def _take_turns(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _fold(session: Session, latest: int) -> int:
    if _is_awaited(session, latest):
        latest -= 1
    is_behind = folded_year(session) < latest
    if not is_behind and not _is_due(read_numbers(session), latest):
        return 0
    _take_turns(session)
    _forget_closed(session, latest)
    before = read_numbers(session)
    if not _is_due(before, latest):
        return 0
    kept = folded(before, latest)
    year = func.substr(Tally.period, 1, 4)
    is_old = or_(Tally.period == EVER, and_(Tally.period != EVER, year <= str(latest)))
    session.execute(delete(Tally).where(is_old))
    _write(session, kept)
    stays = sum(not _is_old(key, latest) for key in before)
    return len(before) - len(kept) - stays


def _is_awaited(session: Session, year: int) -> bool:
    """Tell whether numbers of a year are still to be published, where any ever were.

    It is awaited until the year after it is folded: what is not said by then never is.
    """
    if folded_year(session) >= year or not session.scalar(select(CountPublication.day).limit(1)):
        return False
    return f"{year}-Q4" not in told_quarters(confirmed_rows(session))


def _forget_closed(session: Session, latest: int) -> None:
    """Let closed counts go with their year, and keep which year that was: `counts.publishing`."""
    if folded_year(session) >= latest:
        return
    year = func.substr(ClosedCount.period, 1, 4)
    session.execute(delete(ClosedCount).where(year <= str(latest)))
    session.merge(Setting(name=FOLDED, value=str(latest)))


def _write(session: Session, kept: Mapping[Key, int]) -> None:
    rows = [
        {"period": period, "family": family, "part": part, "unit_id": unit, "slot": 0, "count": n}
        for (period, family, part, unit), n in kept.items()
    ]
    if rows:
        session.execute(insert(Tally), rows)


def _is_old(key: Key, latest: int) -> bool:
    return key[0] == EVER or int(key[0][:4]) <= latest


def _is_due(numbers: Mapping[Key, int], latest: int) -> bool:
    """Tell whether anything is left to be folded: as a rule there is nothing."""
    return any(
        key[0] != EVER and _is_old(key, latest) and (n < LEAST or COUNTED[key[1]].is_shape)
        for key, n in numbers.items()
    )


def folded(numbers: Mapping[Key, int], latest: int) -> Counter[Key]:
    """Give what becomes of the numbers up to a year, and of what was folded before."""
    kept = Counter({key: n for key, n in numbers.items() if key[0] == EVER})
    years: dict[tuple[Family, str], dict[str, Cells]] = defaultdict(lambda: defaultdict(dict))
    for key, n in numbers.items():
        period, family, part, unit = key
        if period != EVER and _is_old(key, latest) and not COUNTED[family].is_shape:
            years[family, period[:4]][period][part, unit] = n
    for (family, year), periods in years.items():
        kept.update(_fold_year(family, year, periods))
    return kept


def _fold_year(family: Family, year: str, periods: Mapping[str, Cells]) -> Counter[Key]:
    """Put months that are too small together, where that is no small number either.

    Otherwise they are no year's any more: so a year's sum is there if and only if it was shown.
    """
    found: Counter[Key] = Counter()
    pool = 0
    for period, cells in periods.items():
        total = sum(cells.values())
        if period == year or total < LEAST:
            pool += total
        else:
            found.update({(period, family, *cell): n for cell, n in fold_period(cells).items()})
    if pool:
        found[year if pool >= LEAST else EVER, family, "", ""] += pool
    return found


def fold_period(cells: Cells) -> Cells:
    """Put a period's small cells together, with the next larger ones until that is no small number.

    The period's sum stays as it is; it is no small one.
    """
    big = {cell: n for cell, n in cells.items() if n >= LEAST and cell != REST}
    rest = sum(cells.values()) - sum(big.values())
    for cell in sorted(big, key=lambda one: (big[one], one)):
        if rest == 0 or rest >= LEAST:
            break
        rest += big.pop(cell)
    return big | ({REST: rest} if rest else {})
