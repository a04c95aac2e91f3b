"""Services about the files that came with a tip. What they are stands in its sealed words alone.

This server holds parts of sealed bytes under random names; who took which, and under what hash a
copy left, is kept in the audit log. No name of a file is.
"""

import enum
import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...audit.log import record, record_at_commit
from ...models import Tip, Upload
from ...tip.events import Event, EventKind
from ...vault import history
from ...vault.files import uploads
from ...vault.files.blobs import BlobStore
from ...vault.lane import leave_lane

MOST_HELD: Final = 600 * 1024 * 1024
"""Bytes of a file that a browser holds in its memory at once, to show or to save them."""
BLOB: Final = re.compile(r"[0-9a-f]{32}")


class Leaving(enum.StrEnum):
    """In what form a file leaves the desk to be handed on; codes of the browser."""

    COPIED = "copied"
    """A picture, drawn anew: nothing but its pixels."""
    TAKEN = "taken"
    """As it came, to be cleaned on a computer without a network (`dengshao clean`)."""


_KINDS = {Leaving.COPIED: EventKind.FILE_COPIED, Leaving.TAKEN: EventKind.FILE_TAKEN}


def whole_files(session: Session, tip_id: int) -> dict[str, int]:
    """Give the sealed bytes of each file that hangs on a tip, by its blob."""
    return {row.blob: row.size for row in uploads.of_tip(session, tip_id) if row.is_whole}


def held_file(session: Session, tip_id: int, blob: str) -> Upload | None:
    """Find a tip's own whole file; another tip's is as unknown as one that never was."""
    # A word from an address: PostgreSQL can't even be asked for one with a zero byte in it.
    row = uploads.find(session, blob) if BLOB.fullmatch(blob) else None
    return row if row is not None and row.tip_id == tip_id and row.is_whole else None


def note_opened(session: Session, tip: Tip, blob: str, *, actor: Staff) -> None:
    """Audit who fetched a tip's file. The caller commits before a byte of it goes out."""
    record(session, "file_opened", detail=_short(blob), **_about(tip, actor))


def note_leaving(
    session: Session, tip: Tip, *, blob: str, what: Leaving, sha256: str, actor: Staff
) -> None:
    """Keep in the history that a copy left, and in the audit log its hash. The caller commits.

    `tip` is one that the caller has locked: its history has one next line.
    """
    leave_lane(tip)
    kind = _KINDS[what]
    history.record(session, tip, Event(kind), by=actor.name)
    record_at_commit(session, kind, detail=f"{_short(blob)} {sha256}", **_about(tip, actor))


def read_later(blobs: BlobStore, blob: str, number: int) -> Iterator[bytes]:
    """Read a part once somebody takes it, which is after the request's turn.

    A remote store takes its time; what goes wrong then breaks the answer off, and the
    browser asks again.
    """
    yield blobs.read(blob, number) or b""


def _about(tip: Tip, actor: Staff) -> dict[str, str]:
    return {"by": actor.name, "unit_id": tip.unit_id, "reference": tip.reference}


def _short(blob: str) -> str:
    """Tell one file of a tip from another; the whole name is nobody's business in the log."""
    return blob[:8]
