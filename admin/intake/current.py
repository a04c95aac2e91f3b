"""Gathers what taking a tip needs from the application that serves it."""

from datetime import date

from sqlalchemy.orm import Session

from ..app_state import app_state
from ..vault import vault
from .submission import Intake


def current_intake(session: Session, day: date) -> Intake | None:
    """Get what a form first shown on `day` needs; None once that day's key was destroyed."""
    day_key = vault().day_keys.get(session, day)
    if day_key is None:
        return None
    return Intake(
        district=app_state().district,
        units=vault().units.get(),
        site_id=app_state().site_id,
        day_key=day_key,
        pepper=app_state().pepper,
    )
