"""Lets nothing that PostgreSQL keeps by itself tell with which act a row came.

A row bears the number of the transaction that wrote it, and a tip's history bears the same numbers:
so all rows of a table are written anew in one transaction, then laid in the order of their random
keys. SQLite keeps no such numbers, and lays rows in the order of their keys from the start.
"""

from contextlib import suppress

from sqlalchemy import Table, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ..db import changed_rows
from ..models import Base


def blur(session: Session, of: type[Base]) -> None:
    """Let nothing tell when the rows of a table came, nor with which act. Commits."""
    is_rewritten = _rewrite(session, of)
    session.commit()
    if is_rewritten:
        with suppress(OperationalError):
            _lay_in_order(session, of)
            session.commit()
        session.rollback()


def _rewrite(session: Session, of: type[Base]) -> bool:
    """Write all rows of a table anew; False where there is nothing to do."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    column = next(one for one in _table(of).columns if not one.primary_key)
    return changed_rows(session.execute(update(_table(of)).values({column: column}))) > 0


def _lay_in_order(session: Session, of: type[Base]) -> None:
    """Lay the rows in the order of their keys, and leave no older version of one behind.

    That wants the table for itself. A backup reads it for as long as it takes: who waited behind
    that would let others, and a server that starts, wait too. So raises `OperationalError` soon,
    and the next turn tries again.
    """
    table = _table(of)
    session.execute(text("SET LOCAL lock_timeout = '2s'"))
    # A function of who owns the table, for CLUSTER is the owner's: migration 0028.
    session.execute(text(f"SELECT {table.name}_lay_in_order()"))


def _table(of: type[Base]) -> Table:
    return Base.metadata.tables[of.__tablename__]
