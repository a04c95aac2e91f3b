"""The audit log: who did what to which tip, account or key, in chains that show a changed line.

Every package may write a line. Lines hold codes, names of staff and references,
never words that anybody typed. The MACs' keys stand in the secret file, so that who can only write
to the database can't make a line; who holds the server can rewrite the whole log, and is found by
the checkpoints that the auditor printed. `audit.chain` reads the chains again.

All lines are kept: a log that drops its beginning would have to be believed from a later line on.
"""

import re
import time
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session, SessionTransaction

from ..app_state import app_state
from ..db import innermost, is_within
from ..models import AuditEvent, Setting
from .macs import (
    FIRST_MAC,
    EndMark,
    both,
)

END: Final = "audit_end"
"""The setting that holds the `EndMark`."""
NOBODY: Final = "-"
"""The `by` of a line where nobody is signed in."""
REFERENCE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
# Any number, the same in every process: PostgreSQL's writers of the log wait for each other by it.
_LOCK: Final = 7_716_420_391
_WAITING: Final = "audit lines for the commit"
_ACT: Final = "audit act of the request"
_WRITTEN: Final = "audit lines of the transaction"


def hold_log(session: Session) -> None:
    """Be the one who writes until the commit, before anything else is held.

    For acts of several rows that end with a line: two of them would else wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


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
    hold_log(session)
    last = session.execute(
        select(AuditEvent.number, AuditEvent.mac, AuditEvent.sm3)
        .order_by(AuditEvent.number.desc())
        .limit(1)
    ).first()
    event = AuditEvent(
        number=last.number + 1 if last else 1,
        at=now(),
        act=act,
        by=by,
        unit_id=unit_id,
        reference=reference,
        detail=detail[:200],
        mac="",
    )
    _chain(session, event, last)
    session.add(event)
    session.flush()
    session.info[_WRITTEN] = True
    return event


def _chain(session: Session, line: AuditEvent, last: Any) -> None:
    """Give a new line its MACs over the one before, and move the end mark to it."""
    macs = by_sha256, by_sm3 = both(app_state())
    begins = _sm3_from(session) or line.number
    before = last.mac if last else FIRST_MAC
    line.mac = by_sha256.of(line, line.number, before)
    # Where SM3 begins, it hangs on all that the other chain holds so far.
    line.sm3 = by_sm3.of(line, line.number, last.sm3 if begins < line.number else before)
    mark = EndMark.of(macs, line.number, (line.mac, line.sm3), begins)
    session.merge(Setting(name=END, value=str(mark)))


def _sm3_from(session: Session) -> int | None:
    """Tell at which line SM3 began; None where none has it yet."""
    setting = session.get(Setting, END)
    mark = EndMark.parse(setting.value if setting else None)
    if mark and mark.sm3_from is not None:
        return mark.sm3_from
    with_sm3 = select(func.min(AuditEvent.number)).where(AuditEvent.sm3.is_not(None))
    return session.scalar(with_sm3) if mark is None else None


def now() -> int:
    """Tell the time in epoch seconds: staff acts may be timed finer than a day."""
    return int(time.time())


def is_reference(typed: object) -> bool:
    """Tell whether it can be a tip's reference: nothing else that was typed is kept."""
    return isinstance(typed, str) and REFERENCE.fullmatch(typed) is not None


@dataclass(frozen=True)
class _Waiting:
    """A line that waits for the commit, and the savepoint or transaction in which it was told."""

    act: str
    values: dict[str, Any]
    told_in: SessionTransaction | None


def record_at_commit(session: Session, act: str, **values: Any) -> None:
    """Add a line (see `record`) at the end of this transaction.

    For what happens in its midst: the log's lock, once taken, is held until the commit, and two
    members who hold each a tip and the lock would wait for each other.
    """
    waiting = _Waiting(act, values, innermost(session))
    session.info.setdefault(_WAITING, []).append(waiting)


def announce(session: Session, act: str, **values: Any) -> None:
    """Tell who acts in this request: a commit that wrote no line of its own gets this one."""
    session.info[_ACT] = _Waiting(act, values, None)


def keep_untold(session: Session) -> None:
    """Let the commit of what was announced write no line: its time would tell when a tip came."""
    session.info.pop(_ACT, None)


@event.listens_for(Session, "before_commit")
def _write_waiting(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for line in session.info.pop(_WAITING, []):
        record(session, line.act, **line.values)
    act = session.info.pop(_ACT, None)
    if act is not None and not session.info.get(_WRITTEN):
        record(session, act.act, **act.values)


@event.listens_for(Session, "after_soft_rollback")
def _forget_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    """Drop the lines of what did not happen."""
    waiting = session.info.get(_WAITING, [])
    waiting[:] = [line for line in waiting if not is_within(line.told_in, transaction)]


@event.listens_for(Session, "after_transaction_end")
def _begin_anew(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WAITING, None)
        session.info.pop(_WRITTEN, None)
