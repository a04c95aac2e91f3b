"""What the views of transfers share: riddles, lines of the audit log, units' names."""

from typing import Any

from flask import g, session

from ...app_state import app_state
from ...audit.log import record
from ...db import db
from ...keys import issuing
from ...renewal import riddles
from ...renewal.parts import own_riddle, riddle_key
from ...renewal.riddles import Purpose, WrongProof
from ...signin.guard import SID
from ...vault.key_change.resealing import older_keys


def unit_word(unit_id: str) -> str:
    """Name a unit; one that is gone since by its id."""
    unit = app_state().district.units.get(unit_id)
    return unit.zh if unit else unit_id


def own_unit_riddle() -> str:
    """Return what only a holder of the unit's key in use answers; empty where it has none."""
    key = issuing.current_key(db.reading, g.staff.unit_id)
    return own_riddle(key, Purpose.TRANSFER) if key else ""


def own_older_keys() -> list[str]:
    """Name the unit's older keys: who holds them all opens what anybody of the unit could."""
    return [str(key.id) for key in older_keys(db.reading, g.staff.unit_id)]


def check_proof(content: dict[str, Any]) -> None:
    """Raise `WrongProof` unless who sends this holds the unit's key in use."""
    key = issuing.current_key(db.session, g.staff.unit_id)
    proof = content.get("proof")
    if key is None or not isinstance(proof, str):
        raise WrongProof
    riddles.check(proof, key, session[SID], riddle_key(), Purpose.TRANSFER)


def write_down(act: str, reference: str) -> None:
    """Keep in the audit log what the member did about a transfer."""
    who = {"by": g.staff.name, "unit_id": g.staff.unit_id, "reference": reference}
    record(db.session, act, **who)
