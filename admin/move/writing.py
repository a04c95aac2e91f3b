"""Writes what one table lacks, in small heaps, and reads each heap back.

A heap is a transaction, of one table and in the order of keys: what PostgreSQL notes of a
transaction ties no two tables together.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert
from sqlalchemy.exc import IntegrityError

from .differing import Change
from .reading import Key, Rows

_HEAP: Final = 200


class ReadOtherwise(Exception):
    """What the new database gives back is not what was written to it; names the table."""


@dataclass
class Done:
    """What was done to rows in one pass."""

    seen: int = 0
    brought: int = 0
    removed: int = 0
    skipped: int = 0
    """Rows that wait for the next pass: one that is gone meanwhile stands in their way."""

    @property
    def changed(self) -> int:
        return self.brought + self.removed + self.skipped


@dataclass
class Writer:
    """Brings changes to one table of the new database."""

    rows: Rows
    done: Done
    _gone: list[Key] = field(default_factory=list)
    _new: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        if change.is_there:
            self._gone.append(change.key)
        if change.values is not None:
            self._new[change.key] = change.values
        if len(self._gone) + len(self._new) >= _HEAP:
            self.flush()

    def flush(self) -> None:
        """Write the heap. Raises `ReadOtherwise`."""
        if not self._gone and not self._new:
            return
        with self.rows.engine.begin() as connection:
            self._delete(connection)
            skipped = self._insert(connection)
        written = {key: row for key, row in self._new.items() if key not in skipped}
        if written and self.rows.found(list(written)) != written:
            raise ReadOtherwise(self.rows.table.name)
        self.done.brought += len(written)
        self.done.skipped += len(skipped)
        self.done.removed += len(set(self._gone) - self._new.keys())
        self._gone, self._new = [], {}

    def _delete(self, connection: Connection) -> None:
        if not self._gone:
            return
        table, names = self.rows.table, self.rows.keys
        found = [table.c[name] == bindparam(f"key_{name}") for name in names]
        keys = [
            {f"key_{name}": value for name, value in zip(names, key, strict=True)}
            for key in self._gone
        ]
        connection.execute(delete(table).where(*found), keys)

    def _insert(self, connection: Connection) -> set[Key]:
        """Insert the heap; where rows stand in the way, one by one, and name those left out."""
        if not self._new:
            return set()
        if self._fits(connection, list(self._new.values())):
            return set()
        return {key for key, row in self._new.items() if not self._fits(connection, [row])}

    def _fits(self, connection: Connection, rows: list[dict[str, Any]]) -> bool:
        try:
            with connection.begin_nested():
                connection.execute(insert(self.rows.table), rows)
        except IntegrityError:
            return False
        return True
