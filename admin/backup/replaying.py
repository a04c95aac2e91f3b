"""Deletes again, on a restored backup's way in, what was deleted after it was made.

And holds again what was held since: by the journal of vault/retention/deletions. Words that are
gone are never written: a tip comes in as it stood after its deletion, what hung on it not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from ..config import Config
from ..db import SHANGHAI, today
from ..desk.bulletins.place import forget_place
from ..models import HoldKind, HoldStep, Setting, Tip
from ..tip.status import TipStatus
from ..vault import history
from ..vault.events import SYSTEM
from ..vault.expiry import EMPTY, HANGING
from ..vault.retention.deletions import END, RESTORED, Entry, merged, tag_key, tag_of
from .checking import PartTaker

_AT_ONCE: Final = 5000
"""Tips of one statement: SQLite takes 32,766 values, PostgreSQL 65,535."""
_HANGING: Final = (
    *(table.__tablename__ for table in HANGING),
    *("kept_tip", "kept_file", "upload"),
)


class Replay:
    """What is done to the rows of one backup; `deleted` and `held` tell of it afterwards."""

    def __init__(self, config: Config, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self._key, self._journal = tag_key(config), merged([entries])
        self._blobs: set[str] = set()
        self._transfers: set[int] = set()
        """Of tips that are gone: what they were at another unit before goes with them."""
        self.deleted: dict[int, TipStatus] = {}
        """Tips by id, with where they stood in the backup."""
        self.held: dict[int, date] = {}

    def row(self, table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        """Return a row as it is to come in; None for one that is gone.

        Rows of any revision: what the tip of an older one does not have is not added.
        """
        if table == "tip":
            return self._tip(row)
        if table == "tip_link":
            return None if {row["one_id"], row["other_id"]} & self.deleted.keys() else row
        if table == "transfer_file":
            return None if row["transfer_id"] in self._transfers else row
        if table == "transfer" and row["tip_id"] in self.deleted:
            self._transfers.add(row["id"])
            return row if row["settled_on"] else row | settled()
        if table not in _HANGING or row["tip_id"] not in self.deleted:
            return row
        if table == "upload":
            self._blobs.add(row["blob"])
        return None

    def _tip(self, row: dict[str, Any]) -> dict[str, Any]:
        tag = tag_of(self._key, row["lookup"])
        at, until = self._journal.deleted.get(tag), self._journal.held.get(tag)
        if until is not None:
            self.held[row["id"]] = until
        if at is None or row["status"] == TipStatus.PURGED:
            return row
        self.deleted[row["id"]] = TipStatus(row["status"])
        day = datetime.fromtimestamp(at, SHANGHAI).date()
        return _emptied(row) | {"expires_on": row["expires_on"] or day}

    def without_deleted(self, put_part: PartTaker) -> PartTaker:
        """Keep the files of tips that are gone out of the store."""

        def put(blob: str, number: int, data: bytes) -> None:
            if blob not in self._blobs:
                put_part(blob, number, data)

        return put

    def finish(self, connection: Connection) -> None:
        """Write down what was done, in the newest form of the tables."""
        with Session(bind=connection, autoflush=False) as session:
            # Of the journal of then: this installation may begin another.
            session.execute(delete(Setting).where(Setting.name == END))
            # The machine that published may be gone: the first that runs does from now on.
            forget_place(session)
            standing = list(self.deleted.items())
            for start in range(0, len(standing), _AT_ONCE):
                history.record_purged(session, dict(standing[start : start + _AT_ONCE]))
            for tip_id, until in self.held.items():
                hold_again(session, tip_id, until)
            session.flush()


def _emptied(row: Mapping[str, Any]) -> dict[str, Any]:
    empty = {name: str(value) if isinstance(value, str) else value for name, value in EMPTY.items()}
    there = {name: value for name, value in empty.items() if name in row}
    return {**row, **there, "version": row["version"] + 1}


def settled() -> dict[str, Any]:
    """Let nobody wait to take over what is gone: it was taken, or it could not have ended."""
    return {"settled_by": SYSTEM, "settled_on": today(), "is_taken": True}


def hold_again(session: Session, tip_id: int, until: date) -> None:
    """Hold a tip until the day that counts, and add a step where the backup has none for it."""
    steps = session.scalars(
        select(HoldStep)
        .where(HoldStep.tip_id == tip_id, HoldStep.is_granted.is_(True))
        .order_by(HoldStep.number.desc())
    )
    last = steps.first()
    session.execute(update(Tip).where(Tip.id == tip_id).values(held_until=until))
    if last is not None and last.until == until:
        return
    number = session.scalar(select(func.max(HoldStep.number)).where(HoldStep.tip_id == tip_id))
    session.add(
        HoldStep(
            tip_id=tip_id,
            number=(number or 0) + 1,
            kind=HoldKind.SET if last is None else HoldKind.RENEW,
            reason=last.reason if last else RESTORED,
            authority=last.authority if last else RESTORED,
            until=until,
            asked_by=SYSTEM,
            asked_on=today(),
            settled_by=SYSTEM,
            settled_on=today(),
            is_granted=True,
        )
    )
