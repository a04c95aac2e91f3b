"""Lets go of sealed files: of what no tip names after a day, of a deleted tip's at once.

In this order: the row says that it is let go (from then on no tip can name it), the objects go,
the row goes. Whatever stops in between is gone on with at the next turn, by whoever comes.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...db import changed_rows, today
from ...models import Upload
from .blobs import BlobsAway, BlobStore
from .uploads import MIB, waiting_bytes

ORPHAN_DAYS: Final = 2
"""Days after which what no tip names goes: from the first hour of that day, and so after 24 h
at least, at whatever hour it came."""
BATCH: Final = 50
"""Files of which the objects are removed between two looks at the database."""
MOST_FAILED: Final = 3
"""Files that may stay where they are before a store is taken to be away: each may cost seconds."""
MOST_STALLED: Final = 200
"""Unfinished files looked at in one turn, the largest promises first."""
_RELEASED: Final = {"sqlite": "upload.is_released = 1", "postgresql": "upload.is_released"}


_UNFINISHED = (
    select(Upload.blob)
    .where(text("tip_id IS NULL"), Upload.is_whole.is_(False), Upload.is_released.is_(False))
    .order_by(Upload.size.desc())
    .limit(MOST_STALLED)
)


def sweep_files(session: Session, blobs: BlobStore, day: date | None = None) -> dict[str, int]:
    """Remove all that is due on `day` (today). Idempotent, and safe on several nodes at once.

    It commits after each step, unlike other services: objects know no rollback. A store that is
    away is left for the next turn; whoever waits for one to be removed has lost nothing.
    """
    counts: Counter[str] = Counter(orphans=0, files=0)
    counts["orphans"] = _release_orphans(session, day or today())
    session.commit()
    last, failed = -1, 0
    while failed < MOST_FAILED and (batch := _released_after(session, last)):
        last = batch[-1][0]
        removed = []
        for number, blob in batch:
            if _remove(blobs, blob):
                removed.append(number)
            elif (failed := failed + 1) == MOST_FAILED:
                break
        counts["files"] += _forget(session, removed)
        session.commit()
    return dict(counts)


def clear_away(session: Session, blobs: BlobStore, blob: str) -> None:
    """Remove at once what was let go, and committed as such, so that its room is free again."""
    query = select(Upload.id).where(Upload.blob == blob, Upload.is_released.is_(True))
    try:
        number = session.execute(query).scalar_one_or_none()
        session.commit()
        if number is not None and _remove(blobs, blob):
            _forget(session, [number])
            session.commit()
    finally:
        # After an error too: who called stepped aside, and waits for its turn with no lock held.
        session.rollback()


def release_stalled(
    session: Session, blobs: BlobStore, before: Mapping[str, int]
) -> dict[str, int]:
    """Let go of unfinished files that have grown by no part since the turn `before`.

    Only while more than half of the orphans' cap is promised: a promise costs its sender little,
    and keeps others out. Gives the parts of those that go on, for the next turn: no row holds a
    time finer than a day, so the caller remembers. Commits, as `sweep_files` does.
    """
    is_crowded = waiting_bytes(session) > app_state().config.orphans_mb * MIB // 2
    names = session.scalars(_UNFINISHED).all() if is_crowded else []
    # No lock and no open transaction while the store is asked.
    session.commit()
    try:
        now = {blob: len(blobs.sizes(blob)) for blob in names}
    except BlobsAway:
        # Nobody's part can have come.
        return {}
    stalled = [blob for blob, count in now.items() if before.get(blob) == count]
    session.execute(
        update(Upload)
        .where(Upload.blob.in_(stalled), text("tip_id IS NULL"), Upload.is_whole.is_(False))
        .values(is_released=True),
        execution_options={"synchronize_session": False},
    )
    session.commit()
    return {blob: count for blob, count in now.items() if blob not in stalled}


def _release_orphans(session: Session, day: date) -> int:
    oldest = day - timedelta(days=ORPHAN_DAYS)
    found = session.execute(
        update(Upload)
        .where(text("tip_id IS NULL"), Upload.made_on <= oldest, Upload.is_released.is_(False))
        .values(is_released=True),
        execution_options={"synchronize_session": False},
    )
    return changed_rows(found)


def _released_after(session: Session, last: int) -> list[tuple[int, str]]:
    """List the next files that were let go, in the order of their keys, which tells nothing."""
    condition = text(_RELEASED[session.get_bind().dialect.name])
    query = select(Upload.id, Upload.blob).where(condition, Upload.id > bindparam("last"))
    rows = session.execute(query.order_by(Upload.id).limit(BATCH), {"last": last}).all()
    # No lock and no open transaction while the objects go.
    session.commit()
    return [(row.id, row.blob) for row in rows]


def _remove(blobs: BlobStore, blob: str) -> bool:
    """Remove a file's objects; tells whether all of them are gone."""
    try:
        blobs.remove(blob)
        return not blobs.sizes(blob)
    except BlobsAway:
        return False


def _forget(session: Session, numbers: list[int]) -> int:
    # Let go once is let go for ever: the condition can't have changed.
    return changed_rows(
        session.execute(
            delete(Upload).where(Upload.id.in_(numbers)),
            execution_options={"synchronize_session": False},
        )
    )
