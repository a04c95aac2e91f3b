"""What ends a move otherwise than by arriving: it is given up, or the old place is destroyed.

Files go first and the database last, whose mark tells whose they are: so either can be run again.
"""

import os
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

from ..backup.rows import reflect
from ..backup.whole import drop_all
from ..shutters.marks import IN, OUT, Mark, State, forget_mark, read_mark
from ..shutters.shut import open_again, shut
from .differing import differences
from .files import is_one_store
from .places import Place
from .reading import Rows

_PIECE: Final = 1024 * 1024
_OF_SQLITE: Final = ("", "-wal", "-shm", "-journal")


class NoMove(Exception):
    """Nothing is on its way from here."""


class NotOurs(Exception):
    """What lies in the other place is not of this move."""


class UsedSince(Exception):
    """The new place was written to since all arrived there: given up, that would be lost."""


class NotLeft(Exception):
    """The place that is to be destroyed is not the one that was left for this one."""


def give_up(old: Place, new: Place) -> None:
    """Empty the new place, and let everybody write in the old one again.

    Raises `NoMove`, `NotOurs`, `UsedSince`.
    """
    with old.reading.connect() as connection:
        mark = read_mark(connection, OUT)
    if mark is None:
        raise NoMove
    there = _mark_of(new, IN)
    if there and there.move != mark.move:
        raise NotOurs
    if there and there.state is State.ARRIVED:
        _refuse_used(old, new)
    if there:
        empty(new, but_files=is_one_store(new.blobs, old.blobs))
    elif _has_tables(new):
        raise NotOurs
    with old.engine.begin() as connection:
        open_again(connection)
        forget_mark(connection, OUT)


def destroy_old(here: Place, old: Place) -> None:
    """Destroy what was left in the place from which all came here. Raises `NotLeft`."""
    with here.reading.connect() as connection:
        mark = read_mark(connection, IN)
    if mark is None or mark.state is not State.ARRIVED or mark.where != _as_marked(mark, old):
        raise NotLeft
    left = _mark_of(old, OUT)
    if left and left.move == mark.move and left.state is State.GONE:
        empty(old, but_files=is_one_store(old.blobs, here.blobs))
    elif left or _has_tables(old):
        raise NotLeft
    with here.engine.begin() as connection:
        forget_mark(connection, IN)


def empty(place: Place, *, but_files: bool) -> None:
    """Remove all files and all tables of a place. Raises `BlobsAway`."""
    if not but_files:
        for blob in list(place.blobs.blobs()):
            place.blobs.remove(blob)
    if file := place.database_file:
        place.engine.dispose()
        for ending in _OF_SQLITE:
            _overwrite(file.with_name(file.name + ending))
        return
    with place.engine.begin() as connection:
        drop_all(connection)


def _overwrite(path: Path) -> None:
    """Write zeros over a file before its name goes; a disk may keep older copies all the same."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _PIECE)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _as_marked(mark: Mark, place: Place) -> str:
    return Mark.parse(str(Mark(mark.move, mark.state, place.told))).where


def _mark_of(place: Place, name: str) -> Mark | None:
    if not _has_tables(place):
        return None
    with place.engine.connect() as connection:
        return read_mark(connection, name) if inspect(connection).has_table("setting") else None


def _has_tables(place: Place) -> bool:
    if (file := place.database_file) and not file.exists():
        # To look into it would make it.
        return False
    with place.engine.connect() as connection:
        return bool(inspect(connection).get_table_names())


def _refuse_used(old: Place, new: Place) -> None:
    """Close the new place, and see that both are still the same to the last row and part."""
    with new.engine.begin() as connection:
        shut(connection)
    if _are_same(old, new):
        return
    with new.engine.begin() as connection:
        open_again(connection)
    raise UsedSince


def _are_same(old: Place, new: Place) -> bool:
    with old.reading.connect() as mine, new.engine.connect() as theirs:
        here, there = reflect(mine, whole=True), reflect(theirs, whole=True)
    changes = (
        change
        for name, table in here.items()
        for change in differences(
            Rows(old.reading, table).walk(), Rows(new.engine, there[name]).walk()
        )
    )
    if next(changes, None) is not None:
        return False
    return old.blobs.all_sizes() == new.blobs.all_sizes()
