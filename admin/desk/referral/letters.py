"""The numbers of letters to organs outside: running, for each unit and year."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...models import Referral


def next_serial(session: Session, unit_id: str, year: int) -> int:
    """Return the next running number of a unit's letters."""
    own = (Referral.unit_id == unit_id, Referral.year == year)
    last = session.execute(select(func.max(Referral.serial)).where(*own)).scalar()
    return (last or 0) + 1


def letter_number(unit_id: str, year: int, serial: int) -> str:
    """Write a letter's number as offices do; a unit that is gone since is named by its id."""
    unit = app_state().district.units.get(unit_id)
    return f"{unit.zh if unit else unit_id}转〔{year}〕{serial}号"
