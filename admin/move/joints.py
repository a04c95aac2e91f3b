"""What holds tables together: taken off while rows come, put back when all are there.

Rows come table by table, and others are written meanwhile: one may be there before the one that it
names. PostgreSQL looks at all of them when its rules are put back, SQLite is asked to.
"""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ..models import Bulletin, Reward
from ..serving.blurring import blur
from .places import Place

_TAKE_OFF: Final = """
CREATE TABLE move_joint AS
SELECT conrelid::regclass::text AS place, conname::text AS name, pg_get_constraintdef(oid) AS rule
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
_ALL: Final = text("SELECT place, name, rule FROM move_joint ORDER BY place, name")
_IS_OFF: Final = text("SELECT to_regclass('move_joint') IS NOT NULL")


class Disjointed(Exception):
    """A row in the new database names one that is not there."""


def take_off(connection: Connection) -> None:
    """Let rows of PostgreSQL name others that are not there yet; what was taken off is noted."""
    if connection.dialect.name != "postgresql" or _is_off(connection):
        return
    connection.execute(text(_TAKE_OFF))
    for place, name, _rule in connection.execute(_ALL).all():
        connection.execute(text(f'ALTER TABLE {place} DROP CONSTRAINT "{name}"'))


def put_back(connection: Connection) -> None:
    """Have the database look at all that names something. Raises `Disjointed`, IntegrityError."""
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise Disjointed
        return
    if not _is_off(connection):
        return
    for place, name, rule in connection.execute(_ALL).all():
        connection.execute(text(f'ALTER TABLE {place} ADD CONSTRAINT "{name}" {rule}'))
    connection.execute(text("DROP TABLE move_joint"))


def _is_off(connection: Connection) -> bool:
    return bool(connection.execute(_IS_OFF).scalar_one())


def settle(place: Place) -> None:
    """Let nothing that the new database keeps by itself tell of an order, and count its rows.

    What each sweep lays anew is laid anew here. Other rows lie in the order of their random keys,
    but for those that came while the move ran.
    """
    if place.engine.dialect.name != "postgresql":
        return
    with Session(place.engine) as session:
        for of in (Reward, Bulletin):
            blur(session, of)
    with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Without it, the first hours' pages would be planned as if every table were empty.
        connection.execute(text("ANALYZE"))
