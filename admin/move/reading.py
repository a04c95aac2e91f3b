"""Reads a table in the order of its keys, a page at a time, the same on both databases.

No transaction stays open: a reader of an hour would hold SQLite's journal, and deleted bytes in it.
So what changes meanwhile is seen or not; the next walk sees it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    Table,
    func,
    literal,
    select,
    text,
    tuple_,
)

from ..backup.rows import OF_THIS_DATABASE

PAGE: Final = 250
"""Rows of one page. A tip has 16 KB and more."""

_SITE: Final = text("SELECT value FROM setting WHERE name = 'site_id'")

Key = tuple[Any, ...]


@dataclass(frozen=True)
class TableRow:
    key: Key
    values: dict[str, Any]


class Rows:
    """The rows of one table in one database."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self.engine = engine
        self.table = table
        self._columns = list(table.primary_key.columns)
        self.keys = [column.name for column in self._columns]
        self.seen = 0

    def walk(self) -> Iterator[TableRow]:
        """Yield all rows, smallest key first."""
        last: Key | None = None
        while page := self._page(last):
            self.seen += len(page)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].key

    def found(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """Read the rows of some keys, by key."""
        query = select(self.table).where(self._is_among(keys))
        return {row.key: row.values for row in self._read(query)}

    def count(self) -> int:
        """Count all rows, the marks left out."""
        query = self._without_marks(select(func.count()).select_from(self.table))
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def _page(self, last: Key | None) -> list[TableRow]:
        query = select(self.table).order_by(*self._ordered()).limit(PAGE)
        if last is not None:
            query = query.where(self._is_behind(last))
        return self._read(self._without_marks(query))

    def _without_marks(self, query: Select[Any]) -> Select[Any]:
        if self.table.name != "setting":
            return query
        return query.where(self.table.c.name.not_in(OF_THIS_DATABASE))

    def _read(self, query: Select[Any]) -> list[TableRow]:
        with self.engine.connect() as connection:
            found = connection.execute(query).mappings().all()
        return [TableRow(tuple(one[name] for name in self.keys), dict(one)) for one in found]

    def _ordered(self) -> list[ColumnElement[Any]]:
        """Order text by its bytes, as Python and SQLite do, whatever language PostgreSQL speaks."""
        if self.engine.dialect.name == "sqlite":
            return list(self._columns)
        return [
            column.collate("C") if isinstance(column.type, String) else column
            for column in self._columns
        ]

    def _is_behind(self, last: Key) -> ColumnElement[bool]:
        columns = self._ordered()
        values = [
            literal(value, column.type) for value, column in zip(last, self._columns, strict=True)
        ]
        if len(columns) == 1:
            return columns[0] > values[0]
        behind: ColumnElement[bool] = tuple_(*columns) > tuple_(*values)
        return behind

    def _is_among(self, keys: Sequence[Key]) -> ColumnElement[bool]:
        if len(self._columns) == 1:
            return self._columns[0].in_([key[0] for key in keys])
        return tuple_(*self._columns).in_(keys)


def read_site(connection: Connection) -> str | None:
    """Tell of which installation a database is."""
    found: str | None = connection.execute(_SITE).scalar_one_or_none()
    return found
