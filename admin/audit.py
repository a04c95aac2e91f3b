"""The audit log: who did what to which tip, account or key, in a chain that shows a changed line.

A house module: every room may write a line. Lines hold codes, names of staff and references,
never words that anybody typed. The MAC's key stands in the secret file, so that who can only write
to the database can't make a line; who holds the server can rewrite the whole log, and is found by
the checkpoints that the auditor printed.
"""

import hmac
import json
import time
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from .house import house
from .models import AuditEvent

FIRST_MAC: Final = "0" * 64
"""What stands in the place of the line before the first."""
# Any number, the same in every process: PostgreSQL's writers of the log wait for each other by it.
_LOCK: Final = 7_716_420_391


def record(
    session: Session,
    act: str,
    *,
    by: str,
    unit_id: str | None = None,
    reference: str | None = None,
    detail: str = "",
) -> AuditEvent:
    """Add a line. It is kept or lost with the caller's transaction; the caller commits.

    `by` is a member's name, or `-` for nobody signed in; `detail` is made of codes.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.execute(
        select(AuditEvent.number, AuditEvent.mac).order_by(AuditEvent.number.desc()).limit(1)
    ).first()
    event = AuditEvent(
        number=last.number + 1 if last else 1,
        at=int(time.time()),
        act=act,
        by=by,
        unit_id=unit_id,
        reference=reference,
        detail=detail[:200],
        mac="",
    )
    event.mac = mac_of(event, last.mac if last else FIRST_MAC, house().audit_key)
    session.add(event)
    session.flush()
    return event


def mac_of(event: AuditEvent, previous: str, key: bytes) -> str:
    """Compute the hexadecimal MAC over a line and the MAC of the line before it."""
    line = [
        event.number,
        event.at,
        event.act,
        event.by,
        event.unit_id,
        event.reference,
        event.detail,
        previous,
    ]
    return hmac.digest(key, json.dumps(line).encode(), "sha256").hex()
