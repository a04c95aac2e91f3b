"""Files of evidence from the promise of room to their end: services, which never commit.

reserve -> parts are put -> finish -> attach, in the tip's own transaction -> release, with the
tip's words. What no tip names goes after a whole day. Text is never refused for files' sake: who
calls takes each of these refusals for the file alone.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...db import (
    changed_rows,
    db,
    today,
)
from ...models import Upload, random_key
from ...shutters.marks import OUT, State, read_mark
from .blobs import (
    MOST_PARTS,
    PART,
    BlobsAway,
    BlobStore,
    part_count,
    part_length,
)

MIB: Final = 1024 * 1024
_LOCK: Final = 4_052_011_737_440_266_101
"""PostgreSQL's lock between those who are promised room; SQLite has one writer anyway."""


class NoBudget(Exception):
    """This day has promised to files what it may promise."""


class TooManyOrphans(Exception):
    """As much as may wait for a tip that names it waits already."""


class NotWhole(Exception):
    """A file that is not whole, is not known, or belongs to another tip."""


class NotKnown(Exception):
    """No blob of that name was promised, or it was let go."""


class WrongPart(Exception):
    """A part that this blob does not have, or of another length."""


_ORPHAN = Upload.tip_id.is_(None)
_HELD = Upload.is_released.is_(False)
_SIZE = select(Upload.size).where(Upload.blob == bindparam("blob"), _HELD)
_PROMISED = select(func.coalesce(func.sum(Upload.size), 0)).where(
    Upload.made_on == bindparam("day")
)
_WAITING = select(func.coalesce(func.sum(Upload.size), 0)).where(text("tip_id IS NULL"))


def reserve(session: Session, size: int, *, is_proven: bool = True) -> Upload:
    """Promise room for a blob of `size` sealed bytes, under a name that tells nothing.

    Who did no work for it (`is_proven`) is promised up to half of both budgets: a script that
    only sends forms can't keep out who brings a proof. Raises `NoBudget`, `TooManyOrphans`, and
    ValueError for a size that no blob has.
    """
    if not 0 < size <= MOST_PARTS * PART:
        raise ValueError("no blob has that size")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config, day, share = app_state().config, today(), 1 if is_proven else 2
    if promised_bytes(session, day) + size > config.files_mb_day * MIB // share:
        raise NoBudget
    if waiting_bytes(session) + size > config.orphans_mb * MIB // share:
        raise TooManyOrphans
    upload = Upload(id=random_key(), blob=secrets.token_hex(16), size=size, made_on=day)
    session.add(upload)
    session.flush()
    return upload


def promised_bytes(session: Session, day: date) -> int:
    """Tell what was promised to files on a day and not cleared away since."""
    return int(session.execute(_PROMISED, {"day": day}).scalar_one())


def waiting_bytes(session: Session) -> int:
    """Tell how many bytes are promised to files that no tip names, let go or not."""
    return int(session.execute(_WAITING).scalar_one())


def find(session: Session, blob: str) -> Upload | None:
    """Find the row of a blob that was not let go."""
    query = select(Upload).where(Upload.blob == blob, _HELD)
    return session.execute(query).scalar_one_or_none()


def put_part(
    reading: Session, blobs: BlobStore, blob: str, number: int, data: bytes | memoryview
) -> None:
    """Put one part of a promised blob. `reading` is a session for this alone: it begins anew.

    Raises `NotKnown`, `WrongPart`, and what `BlobStore.put` raises: `BlobsAway` too where the
    database was closed for a move, whose last walk through the files may be over.
    """
    size = _size(reading, blob)
    if not data or len(data) != part_length(size, number):
        raise WrongPart
    blobs.put(blob, number, data)
    try:
        _size(reading, blob)
    except NotKnown:
        # It was let go meanwhile, and its objects perhaps removed before this one came.
        blobs.remove(blob)
        raise
    if _is_leaving(reading):
        raise BlobsAway("closed for a move")


def _is_leaving(reading: Session) -> bool:
    mark = read_mark(reading.connection(), OUT)
    reading.rollback()
    return mark is not None and mark.state is not State.COPYING


def _size(reading: Session, blob: str) -> int:
    """Tell the promised bytes of a blob as it stands now, and hold no transaction open."""
    reading.rollback()
    size = reading.execute(_SIZE, {"blob": blob}).scalar_one_or_none()
    reading.rollback()
    if size is None:
        raise NotKnown
    return size


def finish(
    session: Session,
    blobs: BlobStore,
    blob: str,
    *,
    unlocked: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Write down that a blob is whole, once all of its parts stand. Raises `NotWhole`.

    The promise must have been committed. Others may write while the store is asked, which is done
    `unlocked`, without the request lock: `session` holds no transaction yet.
    """
    try:
        size = _size(db.reading, blob)
    except NotKnown:
        raise NotWhole from None
    with unlocked():
        sizes = blobs.sizes(blob)
    if not has_all_parts(sizes, size):
        raise NotWhole
    found = session.execute(
        update(Upload).where(Upload.blob == blob, _HELD).values(is_whole=True),
        execution_options={"synchronize_session": False},
    )
    if not changed_rows(found):
        raise NotWhole


def has_all_parts(sizes: Mapping[int, int], size: int) -> bool:
    """Tell whether a blob's parts are those of a blob of so many bytes, each as long as it must."""
    return sizes == {number: part_length(size, number) for number in range(part_count(size))}


def attach(session: Session, tip_id: int, names: Sequence[str]) -> None:
    """Name files in a tip, in the transaction that stores the tip or its message.

    The same tip may name one again. Raises `NotWhole`, and then the caller rolls back: a tip must
    never name what is not there.
    """
    wanted = set(names)
    if not wanted:
        return
    is_free = or_(Upload.tip_id.is_(None), Upload.tip_id == tip_id)
    found = session.execute(
        update(Upload)
        .where(Upload.blob.in_(wanted), Upload.is_whole.is_(True), _HELD, is_free)
        .values(tip_id=tip_id),
        execution_options={"synchronize_session": False},
    )
    if changed_rows(found) != len(wanted):
        raise NotWhole


def drop(session: Session, blob: str) -> None:
    """Let go of a file that no tip names; of any other nothing happens."""
    session.execute(
        update(Upload).where(Upload.blob == blob, _ORPHAN).values(is_released=True),
        execution_options={"synchronize_session": False},
    )


def release(
    session: Session, tip_ids: Iterable[int] | Select[int], *, tips_go: bool = False
) -> None:
    """Let go of all files of tips whose words go in this same transaction; or the tips' rows too.

    The objects follow: file_sweep.
    """
    wanted = tip_ids if isinstance(tip_ids, Select) else list(tip_ids)
    values: dict[str, Any] = {"is_released": True}
    if tips_go:
        values["tip_id"] = None
    session.execute(
        update(Upload).where(Upload.tip_id.in_(wanted)).values(values),
        execution_options={"synchronize_session": False},
    )


def of_tip(session: Session, tip_id: int) -> Sequence[Upload]:
    """List the files that hang on a tip."""
    query = select(Upload).where(Upload.tip_id == tip_id, _HELD)
    return session.scalars(query).all()
