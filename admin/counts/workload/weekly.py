"""How the queues stood when a week began, as far as it may be told outside of the desk.

Who scrapes every fifteen seconds would see in which second a number steps over a ten; who looks
once a day, on which day. So it is looked once a week, by the first sweep after its first midnight,
and what was seen then is told for the whole week. Nothing younger than a week is in it, and of the
rest whole tens, by the rules of the counter's page: what that one withholds is withheld here.
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import Upload
from .charts import show_ages, split_of
from .reading import AGE_IDS, Queue, read_all

OLD_AGES: Final = AGE_IDS[2:]
"""The desk's ages of a week and more."""
FILE: Final = "week.json"
_STEP_GIB: Final = 10


@dataclass(frozen=True)
class Week:
    monday: str
    ages: Mapping[str, Mapping[str, int]]
    """By unit and age, in whole tens; what is small is not there."""
    files_gib: int
    """Sealed files of tips, in tens of GiB."""


def keep_week(session: Session, folder: Path, units: Collection[str], today: date) -> None:
    """Look at the queues where nobody did this week; `units` are those that count."""
    monday = (today - timedelta(days=today.weekday())).isoformat()
    known = read_week(folder)
    if known is not None and known.monday == monday:
        return
    queues = read_all(session, (), today)
    ages = {unit: ages_told(queues.get(unit, Queue())) for unit in units}
    write_week(folder, Week(monday, ages, _files_gib(session)))


def ages_told(queue: Queue) -> dict[str, int]:
    """Give what may be told of a queue's ages, beside all that the counter's page shows of it."""
    shown = zip(AGE_IDS, show_ages(split_of(queue)), strict=True)
    return {age: count for age, count in shown if count is not None and age in OLD_AGES}


def _files_gib(session: Session) -> int:
    total = session.scalar(select(func.sum(Upload.size)).where(Upload.tip_id.is_not(None)))
    return int(total or 0) // 1024**3 // _STEP_GIB * _STEP_GIB


def read_week(folder: Path) -> Week | None:
    """Read how the queues stood; None where nobody has looked yet."""
    try:
        return Week(**json.loads((folder / FILE).read_text("ascii")))
    except FileNotFoundError:
        return None


def write_week(folder: Path, week: Week) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    new = folder / f"week-{os.getpid()}.new"
    new.write_text(json.dumps(asdict(week)), "ascii")
    os.replace(new, folder / FILE)
