"""The journal of deletions: which words are gone and which are held, told to a restored backup.

A backup brings back what was deleted after it was made, and knows nothing of holds set since. So
both are written down outside of the database too: in the transaction of the act as rows, and from
there, by the next sweep, into a file. A line names a tip by a tag made of its lookup under a key of
the server's secret: whoever lacks that learns how many there were and when, and no more.

A line is its number, the moment, the tag, the hold's last day or `-`, and a MAC over all of that
and the MAC of the line before: what was changed, moved or taken out shows. What was cut off at the
end does not, but copies lie beside the backups, and all of them count.
"""

import fcntl
import hmac
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...config import Config
from ...models import RetentionLine, Setting, random_key

COPY: Final = "dengshao-deletions.log"
"""What the copy beside a backup is called: the newest stands for all backups of a folder."""
RESTORED: Final = "restored"
"""Stands for reason and organ of a hold of which after a restore the journal alone tells."""
END: Final = "deletions_end"
"""The setting that holds the MAC of the line that was written last, by whichever node."""
_START: Final = "dengshao deletions 1"
_AT_ONCE: Final = 1000
_NONE: Final = "-"


class BrokenJournal(Exception):
    """A line of the journal is not as it was written."""

    def __init__(self, number: int, entries: "list[Entry]") -> None:
        super().__init__(number)
        self.number = number
        self.entries = entries
        """What stands before it, and is whole."""


@dataclass(frozen=True)
class Entry:
    """One deletion, or one hold with its last day; the later one counts."""

    at: int
    number: int
    tag: bytes
    until: date | None

    @property
    def fact(self) -> tuple[int, bytes, date | None]:
        """What it says, in whichever copy and at whichever place."""
        return self.at, self.tag, self.until


def tag_of(key: bytes, lookup: bytes) -> bytes:
    """Make what stands in the journal for a tip."""
    return hmac.digest(key, lookup, "sha256")


def tag_key(config: Config) -> bytes:
    return config.key("deletions tag")


def note_deleted(session: Session, lookups: Sequence[bytes]) -> None:
    """Write down that words were deleted, in the transaction that does it."""
    _note(session, lookups, None)


def note_held(session: Session, lookup: bytes, until: date) -> None:
    """Write down until when a tip is held, in the transaction that does it.

    In the place of what waits still: of two of one second nothing else would tell which is later.
    """
    tag = tag_of(tag_key(app_state().config), lookup)
    waiting = RetentionLine.tag == tag, RetentionLine.until.is_not(None)
    session.execute(delete(RetentionLine).where(*waiting))
    _note(session, [lookup], until)


def _note(session: Session, lookups: Sequence[bytes], until: date | None) -> None:
    key, now = tag_key(app_state().config), int(time.time())
    rows = [
        {"id": random_key(), "at": now, "tag": tag_of(key, lookup), "until": until}
        for lookup in lookups
    ]
    if rows:
        session.execute(insert(RetentionLine), rows)


def write_out(session: Session) -> int:
    """Move what waits into the journal; tells how many lines. Commits: a file knows no rollback.

    First the file, then the rows: who dies in between writes the same lines once more, which
    changes nothing.
    """
    count = 0
    while rows := _waiting(session):
        last = append(app_state().config, [(row.at, row.tag, row.until) for row in rows])
        session.merge(Setting(name=END, value=last))
        ids = [row.id for row in rows]
        session.execute(delete(RetentionLine).where(RetentionLine.id.in_(ids)))
        session.commit()
        count += len(rows)
    session.commit()
    return count


def _waiting(session: Session) -> Sequence[RetentionLine]:
    order = (RetentionLine.at, RetentionLine.id)
    query = select(RetentionLine).order_by(*order).limit(_AT_ONCE).with_for_update()
    return session.scalars(query).all()


def append(config: Config, lines: Iterable[tuple[int, bytes, date | None]]) -> str:
    """Add lines at the journal's end, and see them on the disk; gives the last one's MAC."""
    path, key = config.deletions_file, config.key("deletions")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "a+b", opener=_private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        number, mac = _end(file, key)
        for at, tag, until in lines:
            number += 1
            body = f"{number} {at} {tag.hex()} {until.isoformat() if until else _NONE}"
            mac = _mac(key, mac, body)
            file.write(f"{body} {mac}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    return mac


def lines_after(path: Path, mac: str) -> int | None:
    """Tell how many lines follow the one of this MAC, whatever became of them; None without it."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    ends = (number for number, line in enumerate(reversed(lines)) if line.endswith(mac.encode()))
    return next(ends, None)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _end(file: BinaryIO, key: bytes) -> tuple[int, str]:
    """Find the last whole line's number and MAC; a new journal gets its first line.

    What a process left half written, when it died, is cut off.
    """
    file.seek(0)
    content = file.read()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        file.truncate(whole)
    if not whole:
        mac = _mac(key, "", _START)
        file.write(f"{_START} {mac}\n".encode())
        return 0, mac
    number, *_rest, mac = content[:whole].splitlines()[-1].decode("ascii", "replace").split(" ")
    return (int(number) if number.isdigit() else 0), mac


def _mac(key: bytes, before: str, body: str) -> str:
    return hmac.digest(key, f"{before}\n{body}".encode(), "sha256").hex()


def read_journal(config: Config, path: Path) -> list[Entry]:
    """Read a journal that this installation wrote. Raises `BrokenJournal`, and OSError.

    A last line that is not whole is passed over: its rows still wait in the database of then.
    """
    content = path.read_bytes()
    lines = content[: content.rfind(b"\n") + 1].decode("ascii", "replace").splitlines()
    key, mac, entries = config.key("deletions"), "", list[Entry]()
    for number, line in enumerate(lines):
        body, _space, found = line.rpartition(" ")
        mac = _mac(key, mac, body)
        if not hmac.compare_digest(mac.encode(), found.encode()):
            raise BrokenJournal(number + 1, entries)
        if number:
            entries.append(_entry(body))
    if not lines:
        raise BrokenJournal(1, entries)
    return entries


def _entry(body: str) -> Entry:
    number, at, tag, until = body.split(" ")
    day = None if until == _NONE else date.fromisoformat(until)
    return Entry(int(at), int(number), bytes.fromhex(tag), day)


@dataclass(frozen=True)
class Journal:
    """What became of tips, by tag."""

    deleted: Mapping[bytes, int]
    """The moment of each deletion."""
    held: Mapping[bytes, date]
    """The last day of each hold, by what was granted last."""


def merged(journals: Iterable[Iterable[Entry]]) -> Journal:
    """Put several journals together: of copies, and of several nodes."""
    entries = sorted({entry for journal in journals for entry in journal}, key=_moment)
    return Journal(
        deleted={entry.tag: entry.at for entry in entries if entry.until is None},
        held={entry.tag: entry.until for entry in entries if entry.until is not None},
    )


def _moment(entry: Entry) -> tuple[int, int]:
    return entry.at, entry.number


def copy_beside(config: Config, folder: Path) -> None:
    """Lay a copy of the journal into a folder of backups, over the one that lies there."""
    append(config, [])
    target = folder / COPY
    part = target.with_name(target.name + ".part")
    try:
        with open(part, "wb", opener=_private) as file:
            file.write(config.deletions_file.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def complete(config: Config, entries: Iterable[Entry]) -> None:
    """Bring into this installation's own journal what others tell and it lacks."""
    own = config.deletions_file
    known = {entry.fact for entry in _readable(config, own)} if own.exists() else set()
    missing = sorted({entry.fact for entry in entries} - known, key=_when)
    append(config, missing)


def _readable(config: Config, path: Path) -> list[Entry]:
    try:
        return read_journal(config, path)
    except BrokenJournal as error:
        return error.entries


def _when(fact: tuple[int, bytes, date | None]) -> int:
    return fact[0]
