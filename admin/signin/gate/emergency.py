"""The operator's word that lets by without the gate for some hours: when it is down at night.

It stands in the database, so that it holds on every node at once and ends by itself.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...audit.log import NOBODY, record
from ...models import Setting

LONGEST: Final = 72
"""Hours. Who needs longer says so again, or turns the gate off in the settings."""
_NAME: Final = "gate_open_until"


def open_for(session: Session, hours: int, now: int) -> int:
    """Let by for so many hours from now; gives the end. The caller commits."""
    until = now + hours * 3600
    session.merge(Setting(name=_NAME, value=str(until)))
    record(session, "gate_opened", by=NOBODY, detail=f"command_line hours={hours}")
    return until


def shut(session: Session) -> bool:
    """Let nobody by any more; tells whether anybody would have been. The caller commits."""
    found = session.get(Setting, _NAME)
    if found is None:
        return False
    session.delete(found)
    record(session, "gate_shut", by=NOBODY, detail="command_line")
    return True


def open_until(session: Session, now: int) -> int | None:
    """Tell until when all are let by; None while the gate stands."""
    query = select(Setting.value).where(Setting.name == _NAME)
    value = session.execute(query).scalar_one_or_none()
    return int(value) if value is not None and int(value) > now else None
