"""Counts once more what can still be counted: from the tips that are there, and the audit log.

A tip that is gone has its lines in the log, as far as staff acted on it; what reporters did stands
in none. Whole districts are compared, and nothing is written.
"""

import enum
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from ..models import AuditEvent, Decision, Tip
from ..tip.counted import ORGAN_PARTS, OTHER, OUTCOME_PARTS, Family, period_of
from ..tip.events import EventKind
from ..tip.status import TipStatus
from .reading import EVER, Key, day_of, read_numbers

MOVES: Final = {
    TipStatus.ACCEPTED: Family.ACCEPTED,
    TipStatus.REFERRED: Family.REFERRED,
    TipStatus.CLOSED: Family.CLOSED,
    TipStatus.OUT_OF_SCOPE: Family.OUT_OF_SCOPE,
}
"""Where staff put a tip: the log has it, whatever becomes of the tip."""
ARRIVALS: Final = (Family.RECEIVED, Family.LANE)
"""Of whole years together: what leaves the machine lane is counted in the month in which it does,
and no row tells afterwards that it stood there."""
Part = tuple[str, str]
"""Period and part."""


class Result(enum.StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    BEYOND = "beyond"
    """More was counted than is left: tips are gone of which no log tells."""
    FOLDED = "folded"
    """The number was folded into a coarser one."""


@dataclass(frozen=True, order=True)
class Finding:
    family: Family
    period: str
    result: Result


def check(session: Session, practice: Collection[str]) -> list[Finding]:
    """Compare what was counted with what can still be counted."""
    numbers = read_numbers(session)
    findings = [_compare_sum(session, family, numbers, practice) for family in ARRIVALS]
    for status, family in MOVES.items():
        again = _in_histories(session, status, practice)
        again.update(_in_log(session, status, practice))
        findings += _compare(family, _counted(numbers, family), again)
    return findings


def _counted(numbers: Mapping[Key, int], family: Family) -> Counter[Part]:
    found: Counter[Part] = Counter()
    for (period, of, part, _unit), count in numbers.items():
        if of is family:
            found[period, part] += count
    return found


def _compare_sum(
    session: Session, family: Family, numbers: Mapping[Key, int], practice: Collection[str]
) -> Finding:
    counted = _counted(numbers, family).total()
    left = _count_left(session, family, practice)
    result = Result.SAME if counted == left else Result.BEYOND
    return Finding(family, EVER, Result.DIFFERS if counted < left else result)


def _count_left(session: Session, family: Family, practice: Collection[str]) -> int:
    """Count tips that are there; those whose words went unread went from the machine lane."""
    unread = (TipStatus.RECEIVED, TipStatus.QUESTION)
    went = select(Decision.tip_id).where(
        Decision.kind == EventKind.EXPIRED, Decision.old.in_(unread)
    )
    is_lane = or_(Tip.is_counted.is_(False), Tip.id.in_(went))
    query = select(func.count()).select_from(Tip).where(Tip.unit_id.not_in(sorted(practice)))
    return session.scalar(query.where(is_lane if family is Family.LANE else ~is_lane)) or 0


def _compare(
    family: Family, counted: Mapping[Part, int], again: Mapping[Part, int]
) -> Iterator[Finding]:
    for period in sorted({period for period, _part in {*counted, *again} if period != EVER}):
        if _is_folded(family, period, counted):
            yield Finding(family, period, Result.FOLDED)
        else:
            is_same = _of(counted, period) == _of(again, period)
            yield Finding(family, period, Result.SAME if is_same else Result.DIFFERS)


def _of(numbers: Mapping[Part, int], period: str) -> dict[str, int]:
    return {part: count for (when, part), count in numbers.items() if when == period}


def _is_folded(family: Family, period: str, counted: Mapping[Part, int]) -> bool:
    """Tell whether a number was put together with others, or went among others."""
    if family is not Family.OUT_OF_SCOPE and len(period) == 4:
        return True
    if family in (Family.REFERRED, Family.CLOSED) and (period, "") in counted:
        return True
    coarser = {(period[:4], ""), (EVER, "")}
    return not _of(counted, period) and bool(coarser & set(counted))


def _in_histories(session: Session, status: TipStatus, practice: Collection[str]) -> Counter[Part]:
    """Count in the histories that are there when each tip first came to stand so."""
    found: Counter[Part] = Counter()
    for day, reason, count in session.execute(_first_moves(status, practice)):
        family = MOVES[status]
        found[period_of(family, day), _part(family, reason)] += count
    return found


def _first_moves(status: TipStatus, practice: Collection[str]) -> Select[*tuple[Any, ...]]:
    came = (Decision.new == status, Decision.old != status)
    firsts = select(Decision.tip_id, func.min(Decision.step).label("step"))
    first = firsts.where(*came).group_by(Decision.tip_id).subquery()
    is_first = and_(first.c.tip_id == Decision.tip_id, first.c.step == Decision.step)
    columns = (Decision.decided_on, Decision.reason)
    query = select(*columns, func.count()).join(first, is_first)
    query = query.join(Tip, Tip.id == Decision.tip_id)
    return query.where(Tip.unit_id.not_in(sorted(practice))).group_by(*columns)


def _in_log(session: Session, status: TipStatus, practice: Collection[str]) -> Counter[Part]:
    """Count the same in the log, for tips that are gone: each line tells where one stood then."""
    found: Counter[Part] = Counter()
    seen: set[str] = set()
    lines = session.execute(_lines_of_gone(status, practice), execution_options={"yield_per": 500})
    for at, reference, detail in lines:
        if reference not in seen:
            seen.add(reference)
            family = MOVES[status]
            found[period_of(family, day_of(at)), _part(family, detail.split(" ")[0])] += 1
    return found


def _lines_of_gone(status: TipStatus, practice: Collection[str]) -> Select[*tuple[Any, ...]]:
    columns = (AuditEvent.at, AuditEvent.reference, AuditEvent.detail)
    is_there = select(Tip.id).where(Tip.reference == AuditEvent.reference).exists()
    acted = (AuditEvent.act == "acted", AuditEvent.detail.endswith(f" {status}", autoescape=True))
    real = AuditEvent.unit_id.not_in(sorted(practice))
    return select(*columns).where(*acted, real, ~is_there).order_by(AuditEvent.number)


def _part(family: Family, code: str) -> str:
    """Read the part of a family off a reason, or off an event as the log writes it."""
    if family is Family.CLOSED:
        return OUTCOME_PARTS.get(code, OTHER)
    if family is Family.REFERRED:
        reason = code.removeprefix(f"{EventKind.REFERRAL_SENT}_")
        kinds = (part for name, part in ORGAN_PARTS.items() if reason.startswith(name))
        return next(kinds, OTHER)
    return ""
