"""The files of one press, from what came to what lies sealed, with what became of each."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Semaphore
from typing import Final

from ...cleaning import Uncleanable
from ...sealing.files import MOST_ENTRIES
from ...sealing.padme import TooLong
from ..supplements import SealedFile
from .memory_buffer import Trouble
from .plain_files import (
    Arrived,
    NoRoom,
    NotStored,
    Sealer,
    StoreAway,
    Tidied,
    pack_mark,
    tidy,
)

_PACKED: Final = 4
"""Times what files may have together as they came: cleaned for one blob, they are in memory all."""
_UNPACKED: Final = {
    NoRoom: Trouble.FULL,
    NotStored: Trouble.AWAY,
    StoreAway: Trouble.AWAY,
    # Cleaning can make files larger; else only an operator's own limits lead there.
    TooLong: Trouble.TOO_BIG,
}


@dataclass(frozen=True)
class Failed:
    """A file that is not there: under which name it came, and why."""

    name: str = field(repr=False)
    why: Trouble | Uncleanable


@dataclass
class Outcome:
    """What became of the files of one press."""

    sealed: list[SealedFile] = field(default_factory=list)
    """In the store; no message names them yet."""
    known: list[str] = field(default_factory=list, repr=False)
    """Names of those that came before and hang on the tip already."""
    failed: list[Failed] = field(default_factory=list)

    @property
    def is_busy(self) -> bool:
        return any(file.why is Trouble.BUSY for file in self.failed)


def take_up(
    arrived: Iterable[Arrived],
    spent: Collection[bytes],
    sealer: Sealer,
    *,
    most_bytes: int,
    places: Semaphore,
    with_originals: bool,
    together: bool,
) -> Outcome:
    """Clean, seal and store what came, `most_bytes` at most. `together` puts all in one blob.

    `spent` are the marks of what hangs on the tip already. A press holds one of `places`
    meanwhile; where none is left its files are told so.
    """
    outcome = Outcome()
    fresh = _admitted(outcome, arrived, spent)
    if not fresh:
        return outcome
    if not places.acquire(blocking=False):
        outcome.failed += [Failed(file.name, Trouble.BUSY) for file in fresh]
        return outcome
    try:
        room = _PACKED * most_bytes if together else None
        tidied = _tidied(outcome, fresh, sealer, with_originals=with_originals, room=room)
        if together:
            _pack(outcome, list(tidied), spent, sealer)
        else:
            _store_each(outcome, fresh, tidied, sealer)
    finally:
        places.release()
    return outcome


def _admitted(
    outcome: Outcome, arrived: Iterable[Arrived], spent: Collection[bytes]
) -> list[Arrived]:
    """Keep what is new and came whole; the same file once."""
    fresh: dict[bytes, Arrived] = {}
    for file in arrived:
        if trouble := file.trouble or (None if file.data else Trouble.EMPTY):
            outcome.failed.append(Failed(file.name, trouble))
        elif file.mark in spent:
            outcome.known.append(file.name)
        else:
            fresh.setdefault(file.mark, file)
    return list(fresh.values())


def _tidied(
    outcome: Outcome,
    files: Sequence[Arrived],
    sealer: Sealer,
    *,
    with_originals: bool,
    room: int | None,
) -> Iterator[Tidied]:
    """Clean file by file, each only when the one before was taken: two at most are in memory then.

    What can't be cleaned is left out, unless its sender wants originals. For `room` see `tidy`.
    """
    sealer.session.rollback()
    entries = MOST_ENTRIES
    for number, file in enumerate(files, 1):
        with sealer.unlocked():
            found = tidy(
                file, number=number, with_original=with_originals, until=sealer.until, room=room
            )
        if found.reason is not None and not with_originals:
            outcome.failed.append(Failed(file.name, found.reason))
            continue
        entries -= len(found.pieces)
        if entries < 0:
            # A message has no entry for it; only an operator's own limits lead there.
            outcome.failed.append(Failed(file.name, Trouble.TOO_MANY))
            continue
        if room is not None and found.reason is None:
            room -= len(found.pieces[0].data)
        yield found


def _store_each(
    outcome: Outcome, fresh: Sequence[Arrived], files: Iterable[Tidied], sealer: Sealer
) -> None:
    for file in files:
        try:
            outcome.sealed.append(sealer.seal_apart(file))
        except StoreAway:
            # Once for all: who waits for an answer waits for one part, and not for each file's.
            marks = [other.mark for other in fresh]
            rest = fresh[marks.index(file.mark) :]
            outcome.failed += [Failed(other.name, Trouble.AWAY) for other in rest]
            return
        except (NoRoom, NotStored) as error:
            outcome.failed.append(Failed(file.name, _UNPACKED[type(error)]))


def _pack(
    outcome: Outcome, files: Sequence[Tidied], spent: Collection[bytes], sealer: Sealer
) -> None:
    """Put all files of a press in one blob, unless that very pack hangs on the tip already.

    What can't be packed fails as a whole: a second blob would tell what the first one hides.
    """
    if not files:
        return
    if pack_mark(files) in spent:
        outcome.known += [file.name for file in files]
        return
    try:
        outcome.sealed += sealer.seal_together(files)
    except (NoRoom, NotStored, TooLong) as error:
        outcome.failed += [Failed(file.name, _UNPACKED[type(error)]) for file in files]
