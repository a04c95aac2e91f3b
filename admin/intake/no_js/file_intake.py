"""The files of one sent form: those that came with it, and those that its page kept from before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Semaphore
from time import monotonic
from typing import Final

from ...sealing.files import MOST_ENTRIES
from ...sealing.padme import TooLong
from .form_state import (
    BadKept,
    Held,
    open_kept,
    seal_kept,
)
from .memory_buffer import Trouble
from .plain_files import (
    CLEANING_SECONDS,
    NoRoom,
    NotStored,
    Sealer,
    Tidied,
    tidy,
)

KEEP: Final = "keep"
DROP: Final = "drop"
_PACKED: Final = 4
"""Times what files may have together as they came: cleaned for one blob, they are in memory all."""
_UNPACKED: Final = {
    NoRoom: Trouble.FULL,
    NotStored: Trouble.AWAY,
    # Cleaning can make files larger; else only an operator's own limits lead there.
    TooLong: Trouble.TOO_BIG,
}


@dataclass(frozen=True)
class Arrived:
    """A file as it came, in clear, for as long as the request lasts."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    digest: str = field(repr=False)
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Failed:
    """A file that is not there: under which name it came, and why."""

    name: str = field(repr=False)
    trouble: Trouble


@dataclass
class FormFiles:
    """What became of a form's files, file by file."""

    key: bytes = field(default=b"", repr=False)
    """The key under which the page carries them; empty where it can carry none."""
    held: list[Held] = field(default_factory=list)
    """Sealed and stored; no tip names them yet."""
    undecided: list[Held] = field(default_factory=list)
    """Sealed as they came, since they could not be cleaned: their sender has yet to choose."""
    unwanted: list[Held] = field(default_factory=list)
    stored: list[Arrived] = field(default_factory=list)
    """Sent again, though they hang on the tip already."""
    known: frozenset[str] = frozenset()
    """Digests of files that hang on the tip already."""
    refused: list[Failed] = field(default_factory=list)
    """The form comes back for their sake: another file, or none, must be chosen."""
    failed: list[Failed] = field(default_factory=list)
    """The words go without them: it is our side that lacks room."""
    is_expired: bool = False
    """Whether the form is so old that nothing can be sealed for it: it needs a new nonce."""
    unread: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """What the page kept, field by field, where it could not be opened now: it goes back so."""

    @property
    def must_ask(self) -> bool:
        return bool(self.undecided or self.refused)

    @property
    def shown(self) -> list[Held]:
        """What the page lists, in the order in which its choices are numbered."""
        return [*self.undecided, *self.held]

    @property
    def carried(self) -> str:
        return seal_kept(self.key, self.shown) if self.key else ""

    @property
    def entry_count(self) -> int:
        return sum(len(file.entries) for file in self.shown)

    @property
    def digests(self) -> set[str]:
        return {file.digest for file in self.shown} | {file.digest for file in self.stored}


NOTHING: Final = FormFiles()
"""Of a form without files: never changed."""


def read_kept(brought: FormFiles, text: str, choices: Mapping[str, str]) -> None:
    """Take up what the page kept, as its sender chose for each (`file-0`, `file-1`)."""
    try:
        files = open_kept(brought.key, text)
    except BadKept:
        brought.refused.append(Failed("", Trouble.STALE))
        return
    for number, file in enumerate(files):
        choice = choices.get(f"file-{number}", KEEP if file.reason is None else "")
        if choice == DROP:
            brought.unwanted.append(file)
        elif choice == KEEP:
            brought.held.append(file)
        else:
            brought.undecided.append(file)


@dataclass(frozen=True)
class Limits:
    files: int
    total: int
    """Clear bytes of all files together, as they came."""


def take_up(
    brought: FormFiles,
    arrived: Iterable[Arrived],
    sealer: Sealer,
    *,
    limits: Limits,
    places: Semaphore,
    with_originals: bool,
    together: bool,
) -> None:
    """Clean and store what came now. `together` puts all files of the form in one blob.

    A form holds one of `places` meanwhile. Where none is left it goes on without its files: words
    wait for no file, least of all for a stranger's.
    """
    fresh = _admitted(brought, arrived, limits)
    if not fresh and not (together and not _is_packed(brought)):
        return
    if not places.acquire(blocking=False):
        _leave_out(brought, fresh, together=together)
        return
    try:
        room = _PACKED * limits.total if together else None
        before = len(brought.shown)
        tidied = _tidied(fresh, sealer, before=before, with_originals=with_originals, room=room)
        fitting = _fitting(brought, tidied)
        if together:
            _pack(brought, list(fitting), sealer)
        else:
            _store_each(brought, fitting, sealer)
    finally:
        places.release()


def _leave_out(brought: FormFiles, fresh: Sequence[Arrived], *, together: bool) -> None:
    """Say that nobody has time for these files now.

    What the page kept in several blobs may not go the supervisory way so: its form comes back.
    """
    if together and not _is_packed(brought):
        brought.refused += [Failed(file.name, Trouble.BUSY) for file in fresh]
        brought.refused = brought.refused or [Failed("", Trouble.BUSY)]
    else:
        brought.failed += [Failed(file.name, Trouble.BUSY) for file in fresh]


def _admitted(brought: FormFiles, arrived: Iterable[Arrived], limits: Limits) -> list[Arrived]:
    """Keep what is within the limits, counted with what the page kept; the same file once."""
    fresh: list[Arrived] = []
    digests = brought.digests
    room = limits.total - sum(file.entries[-1].size for file in brought.shown)
    places = limits.files - len(brought.shown)
    for file in arrived:
        trouble = file.trouble or _misfit(len(file.data), room, places)
        if trouble:
            brought.refused.append(Failed(file.name, trouble))
        elif file.digest not in digests:
            digests.add(file.digest)
            fresh.append(file)
            room, places = room - len(file.data), places - 1
    return fresh


def _misfit(size: int, room: int, places: int) -> Trouble | None:
    if not size:
        return Trouble.EMPTY
    if places < 1:
        return Trouble.TOO_MANY
    return Trouble.TOO_BIG if size > room else None


def _tidied(
    files: Sequence[Arrived],
    sealer: Sealer,
    *,
    before: int,
    with_originals: bool,
    room: int | None,
) -> Iterator[Tidied]:
    """Clean file by file, each only when the one before was taken: two at most are in memory then.

    `before` counts the form's files that lie sealed already; for `room` see `tidy`.
    """
    until = monotonic() + CLEANING_SECONDS
    sealer.session.rollback()
    for number, file in enumerate(files, before + 1):
        with sealer.unlocked():
            found = tidy(
                file.name,
                file.data,
                number=number,
                with_original=with_originals,
                until=until,
                room=room,
            )
        if room is not None and found.reason is None:
            room -= len(found.pieces[0].data)
        yield found


def _fitting(brought: FormFiles, files: Iterable[Tidied]) -> Iterator[Tidied]:
    """Leave out what a tip has no entry for; only an operator's own limits lead there."""
    room = MOST_ENTRIES - brought.entry_count
    for file in files:
        room -= len(file.pieces)
        if room < 0:
            brought.refused.append(Failed(file.name, Trouble.TOO_MANY))
        else:
            yield file


def _store_each(brought: FormFiles, files: Iterable[Tidied], sealer: Sealer) -> None:
    for file in files:
        try:
            _add(brought, sealer.seal_apart(file))
        except NoRoom:
            brought.failed.append(Failed(file.name, Trouble.FULL))
        except NotStored:
            brought.failed.append(Failed(file.name, Trouble.AWAY))


def _pack(brought: FormFiles, files: Sequence[Tidied], sealer: Sealer) -> None:
    """Put all files of a supervisory tip in one blob, those of the page too.

    What can't be packed fails as a whole: a second blob would tell what the first one hides.
    """
    before, decided = brought.shown, {file.digest for file in brought.held}
    if not files and _is_packed(brought):
        return
    brought.held, brought.undecided = [], []
    try:
        packed = sealer.seal_together([*map(sealer.unseal, before), *files])
    except (NoRoom, NotStored, TooLong) as error:
        names = [file.name for file in before] + [file.name for file in files]
        brought.failed += [Failed(name, _UNPACKED[type(error)]) for name in names]
        return
    for file in packed:
        _add(brought, file, is_decided=file.digest in decided)


def _is_packed(brought: FormFiles) -> bool:
    """Tell whether one blob holds what goes along, all of it and nothing else."""
    shown = blobs_of(brought.shown)
    return (
        all(file.is_packed for file in brought.shown)
        and len(shown) < 2
        and not shown & blobs_of(brought.unwanted)
    )


def blobs_of(files: Iterable[Held]) -> set[str]:
    return {entry.blob for file in files for entry in file.entries}


def _add(brought: FormFiles, file: Held, *, is_decided: bool = False) -> None:
    is_ready = is_decided or file.reason is None
    (brought.held if is_ready else brought.undecided).append(file)
