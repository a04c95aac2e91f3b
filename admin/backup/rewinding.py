"""Puts right a database that something else than `restore` brought back to an earlier moment.

PostgreSQL's own archive (pgBackRest) and a snapshot of a disk bring every row back as it stood
then, those too that no backup of ours holds: words that were deleted since, sessions, invitations,
codes that were paid. What the journal tells is done again, and what must not come back ends. Which
members, keys and recusals changed since no file tells: people do (operating-pgbackrest.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ..audit.log import NOBODY, record
from ..config import Config
from ..db import SHANGHAI, changed_rows
from ..models import (
    AuditEvent,
    Bulletin,
    Invitation,
    OutboxMail,
    Reward,
    Setting,
    StaffSession,
    Tip,
    Transfer,
)
from ..tip.status import TipStatus
from ..vault.expiry import let_go
from ..vault.retention.deletions import END, Entry, append, complete, merged, tag_key, tag_of
from .replaying import hold_again, settled

REVIVED: Final = (StaffSession, Invitation, Bulletin, OutboxMail)
"""What no backup holds since it must not come back (`rows.LEFT_OUT`), and this database has.

Keys of days and what was spent stay: by them a form that is sent once more is known again.
"""
_AT_ONCE: Final = 5000
"""Tips of one statement: SQLite takes 32,766 values, PostgreSQL 65,535."""


@dataclass(frozen=True)
class PutRight:
    """What was done to the database, and how far its audit log goes."""

    deleted: int
    held: int
    ended: Mapping[str, int]
    """Rows that were taken out, by table."""
    stopped: int
    """Codes of rewards that the paying office must look up in its own ledger first."""
    last_line: int
    last_at: int
    """When the last line of the audit log was written, in epoch seconds; 0 where there is none."""


def put_right(session: Session, config: Config, entries: Iterable[Entry]) -> PutRight:
    """Do again what the journal tells, and end what must not come back. The caller commits.

    Writes what our own journal lacks into it; done twice, it changes nothing more but the log.
    """
    known = list(entries)
    deleted, held = _replay(session, config, known)
    ended = {table.__tablename__: changed_rows(session.execute(delete(table))) for table in REVIVED}
    stop = update(Reward).where(Reward.paid_mark.is_(None), Reward.is_stopped.is_(False))
    stopped = changed_rows(session.execute(stop.values(is_stopped=True)))
    last = session.execute(select(func.max(AuditEvent.number), func.max(AuditEvent.at))).one()
    record(session, "rewound", by=NOBODY, detail=f"{deleted} {held}")
    complete(config, known)
    session.merge(Setting(name=END, value=append(config, [])))
    return PutRight(deleted, held, ended, stopped, last[0] or 0, last[1] or 0)


def _replay(session: Session, config: Config, entries: list[Entry]) -> tuple[int, int]:
    """Delete and hold again; tells how many tips each."""
    key, journal = tag_key(config), merged([entries])
    back: dict[date, dict[int, TipStatus]] = defaultdict(dict)
    held: dict[int, date] = {}
    query = select(Tip.id, Tip.status, Tip.lookup, Tip.expires_on, Tip.held_until)
    for tip in session.execute(query, execution_options={"yield_per": _AT_ONCE}):
        tag = tag_of(key, tip.lookup)
        until, at = journal.held.get(tag), journal.deleted.get(tag)
        if until is not None and until != tip.held_until:
            held[tip.id] = until
        if at is not None and tip.status != TipStatus.PURGED:
            back[tip.expires_on or _day(at)][tip.id] = TipStatus(tip.status)
    for tip_id, until in held.items():
        hold_again(session, tip_id, until)
    for day, tips in back.items():
        standing = list(tips.items())
        for start in range(0, len(standing), _AT_ONCE):
            _delete(session, dict(standing[start : start + _AT_ONCE]), day)
    return sum(map(len, back.values())), len(held)


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, SHANGHAI).date()


def _delete(session: Session, tips: Mapping[int, TipStatus], day: date) -> None:
    session.flush()
    let_go(session, tips, day)
    waits = Transfer.tip_id.in_(tips), Transfer.settled_on.is_(None)
    session.execute(update(Transfer).where(*waits).values(settled()))
