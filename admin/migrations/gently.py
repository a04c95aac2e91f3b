"""Changes of a table that tips come into meanwhile: none holds a lock of it for long.

On PostgreSQL each of these ends the step's transaction first and begins a new one behind it, and
each may be done again after half of it: a step that could not get a lock is begun anew. Hence a
step that uses them holds nothing else, or what may be done twice too. On SQLite, and on a database
that is being filled from a backup, nobody is kept waiting, and they are done in the plain way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from admin.migrate import SHORT_WAIT

AT_ONCE: Final = 2_000
"""Rows whose locks are held at once while a column is filled."""

_LONG_WAIT: Final = "SET lock_timeout = '10min'"


def by_steps() -> bool:
    """Tell whether others work on this database, and the step may commit what it has done."""
    return bool(op.get_context().opts.get("by_steps"))


@contextmanager
def _apart() -> Iterator[None]:
    """Commit each of the statements that follow by itself."""
    with op.get_context().autocommit_block():
        yield


def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column that holds nothing, or one and the same constant in all rows."""
    op.add_column(table, column, if_not_exists=by_steps() or None)


def create_index(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Make an index while rows come in. `options` are those of `op.create_index`."""
    if not by_steps():
        op.create_index(name, table, columns, **options)
        return
    with _apart():
        # It waits for older transactions, and nobody waits for it meanwhile.
        op.execute(_LONG_WAIT)
        # Of a try that broke off, one is left that no query uses and each row pays for.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute(SHORT_WAIT)


def drop_index(name: str, table: str) -> None:
    """Drop an index that may be gone already."""
    if not by_steps():
        op.drop_index(name, table)
        return
    with _apart():
        op.execute(_LONG_WAIT)
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(SHORT_WAIT)


def fill(table: str, key: str, values: str, where: str) -> None:
    """Set columns of the rows that a condition finds, some thousands at a time.

    `values` is what stands behind SET. What it was done to, `where` must find no more.
    """
    if not by_steps():
        op.execute(f"UPDATE {table} SET {values} WHERE {where}")  # noqa: S608
        return
    # The names and conditions are those of a migration's own text.
    first = sa.text(f"SELECT min({key}) - 1 FROM {table}")  # noqa: S608
    part = f"SELECT {key} FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {AT_ONCE}"  # noqa: S608
    last = sa.text(f"SELECT max({key}) FROM ({part}) AS part")  # noqa: S608
    among = f"{key} > :after AND {key} <= :upto"
    update = sa.text(f"UPDATE {table} SET {values} WHERE {among} AND ({where})")  # noqa: S608
    with _apart():
        connection = op.get_bind()
        after = connection.scalar(first)
        while (upto := connection.scalar(last, {"after": after})) is not None:
            connection.execute(update, {"after": after, "upto": upto})
            after = upto


def check(table: str, name: str, condition: str) -> None:
    """Add a rule that all rows keep already; they are read while others write."""
    if not by_steps():
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(name, condition)
        return
    with _apart():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def set_not_null(table: str, column: str) -> None:
    """Let a column hold something in each row, as each row has it already."""
    if not by_steps():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, nullable=False)
        return
    name = f"{table}_{column}_is_set"
    check(table, name, f"{column} IS NOT NULL")
    # With that rule PostgreSQL reads no row again.
    with _apart():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
