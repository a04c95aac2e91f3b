"""Closes a database to every writer, whichever node, version or command it is; reading goes on.

By triggers, which the database itself obeys. Making them waits for the writers that are at work: so
after that commit nothing is under way any more, and nothing can follow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import OperationalError

_WORDS: Final = "dengshao: closed for a move"
_NAME: Final = "dengshao_shut"
_VERBS: Final = ("INSERT", "UPDATE", "DELETE")
_LEFT_OUT: Final = "alembic_version"
_PATIENCE: Final = "800ms"
"""Shorter than PostgreSQL waits before it ends one of two who wait for each other: it is we who
give way, never somebody who writes."""
_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{_WORDS}' USING ERRCODE = '55000';
END $$
"""


class Closed(OperationalError):
    """The database is closed for a move: a later try may do, here or in the new place."""

    is_meant = True
    """No fault: whoever closed it knows, and no line of a log is due for each press meanwhile."""


def tell_closed(engine: Engine) -> None:
    """Let a write that the shutters stopped raise `Closed`; SQLite calls it a broken rule."""

    @event.listens_for(engine, "handle_error")
    def _name_it(context: Any) -> None:
        if _WORDS in str(context.original_exception):
            raise Closed(None, None, context.original_exception, hide_parameters=True)


def shut(connection: Connection) -> None:
    """Close every table in this transaction, after the last writer. Closed is closed: a no-op.

    On PostgreSQL it gives up soon, with an `OperationalError`, where somebody writes on and on.
    """
    if is_shut(connection):
        return
    tables = _tables(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
        connection.execute(text(_FUNCTION))
    for table in tables:
        _close(connection, table)


def open_again(connection: Connection) -> None:
    """Let everybody write again."""
    if not is_shut(connection):
        return
    for table in _tables(connection):
        _open(connection, table)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP FUNCTION {_NAME}()"))


@contextmanager
def past_the_shutters(connection: Connection, table: str) -> Iterator[None]:
    """Write to one table all the same, in this transaction alone."""
    was_shut = is_shut(connection)
    if was_shut:
        _open(connection, table)
    yield
    if was_shut:
        _close(connection, table)


def is_shut(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        query = "SELECT count(*) FROM pg_trigger WHERE tgname = :name"
        query += " AND tgrelid IN (SELECT oid FROM pg_class"
        query += " WHERE relnamespace = current_schema()::regnamespace)"
        return bool(connection.execute(text(query), {"name": _NAME}).scalar_one())
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE :name"
    return bool(connection.execute(text(query), {"name": f"{_NAME}%"}).scalar_one())


def _tables(connection: Connection) -> list[str]:
    # In one order: two who lock them wait for one another in turn.
    return sorted(set(inspect(connection).get_table_names()) - {_LEFT_OUT})


def _close(connection: Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        verbs = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
        when = f"BEFORE {verbs} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {_NAME}()"
        connection.execute(text(f"CREATE TRIGGER {_NAME} {when}"))
        return
    for verb in _VERBS:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {_NAME}_{verb.lower()}_{table} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def _open(connection: Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP TRIGGER IF EXISTS {_NAME} ON {table}"))
        return
    for verb in _VERBS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_NAME}_{verb.lower()}_{table}")
