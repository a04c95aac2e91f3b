"""The marks that a move leaves in both databases: what goes elsewhere, and what came from there.

They stand among the settings, so that every node sees them. No backup and no move takes them along:
they are true of this very database alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, bindparam, text

OUT: Final = "move_out"
"""Stands where rows are taken from."""
IN: Final = "move_in"
"""Stands where rows are brought to."""
MARKS: Final = (OUT, IN)
_LONGEST: Final = 160
"""Letters of an address that stand in a mark: a setting holds 200, the rest of a mark takes 26."""
_TOLD_APART: Final = 16


class State(StrEnum):
    COPYING = "copying"
    """Rows are copied from here; everybody goes on as ever."""
    CLOSED = "closed"
    """The last rows go: nobody may write."""
    GONE = "gone"
    """All went elsewhere. Nobody serves or writes here any more."""
    ARRIVING = "arriving"
    """Rows are brought here, and not all are there."""
    ARRIVED = "arrived"
    """All are there. The old place may still hold a copy."""


@dataclass(frozen=True)
class Mark:
    """One mark: of which move, how far that is, and where the other place lies."""

    move: str
    """Random, and the same in both places."""
    state: State
    where: str
    """The other place in words, without a user or a password."""

    def __str__(self) -> str:
        return f"{self.move} {self.state} {_shortened(self.where)}"

    @classmethod
    def parse(cls, told: str) -> "Mark":
        move, state, where = told.split(" ", 2)
        return cls(move, State(state), where)


def _shortened(where: str) -> str:
    """Cut a long address, alike in each state, so that it is still told from another one."""
    if len(where) <= _LONGEST:
        return where
    digest = sha256(where.encode()).hexdigest()[:_TOLD_APART]
    return f"{where[: _LONGEST - _TOLD_APART - 1]}…{digest}"


_READ: Final = text("SELECT value FROM setting WHERE name = :name")
_FORGET: Final = text("DELETE FROM setting WHERE name = :name")
_WRITE: Final = text("INSERT INTO setting (name, value) VALUES (:name, :value)").bindparams(
    bindparam("name"), bindparam("value")
)


def read_mark(connection: Connection, name: str) -> Mark | None:
    told = connection.execute(_READ, {"name": name}).scalar_one_or_none()
    return None if told is None else Mark.parse(str(told))


def is_left(connection: Connection) -> bool:
    """Tell whether all that was in this database went elsewhere."""
    mark = read_mark(connection, OUT)
    return mark is not None and mark.state is State.GONE


def write_mark(connection: Connection, name: str, mark: Mark) -> None:
    """Put a mark in the place of the one that stands there."""
    forget_mark(connection, name)
    connection.execute(_WRITE, {"name": name, "value": str(mark)})


def forget_mark(connection: Connection, name: str) -> None:
    connection.execute(_FORGET, {"name": name})
