"""What each login of the database may do to which table: the one home of that.

Every package asks as a login of its own (`logins`), and PostgreSQL refuses what does not stand
here. `statements` makes it so; doctor asks the database whether it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from ..models import Base
from .logins import Login

SELECT, INSERT, UPDATE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"
RIGHTS: Final = (SELECT, INSERT, UPDATE, DELETE)
NOT_OWNER: Final = (
    "这个数据库账号不是表的主人，没有做任何改动。\n"
    "请用表主的地址再运行一次：DENGSHAO_DATABASE_URL=postgresql+psycopg://表主@… dengshao …"
)
_REFUSED: Final = "42501"
_OWNS: Final = text(
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (SELECT FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    " AND NOT pg_has_role(relowner, 'USAGE'))"
)
FORMS: Final = "alembic_version"
"""Where a database says of which form it is: read by all who start, written by a migration."""


@dataclass(frozen=True)
class Table:
    """Rights to a table, as in SQL. Where columns are named, to these alone."""

    select: bool | frozenset[str] = False
    insert: bool = False
    update: bool | frozenset[str] = False
    delete: bool = False

    def may(self, right: str, column: str) -> bool:
        """Tell whether this right reaches a column; of DELETE all columns tell the same."""
        given = getattr(self, right.lower())
        return given if isinstance(given, bool) else column in given


def _of(table: str, *, but: Iterable[str]) -> frozenset[str]:
    names = {column.name for column in Base.metadata.tables[table].columns}
    return frozenset(names - set(but))


_SEE: Final = Table(select=True)
_ADD: Final = Table(select=True, insert=True)
_KEEP: Final = Table(select=True, insert=True, update=True)
_ALL: Final = Table(select=True, insert=True, update=True, delete=True)
_COUNT: Final = Table(select=True, insert=True, update=frozenset({"count"}))
_LOG: Final[dict[str, Table]] = {"audit_event": _ADD, "setting": _KEEP}
"""A line of the audit log is added, never changed; its end mark stands among the settings."""
_COVER: Final = frozenset(
    {"urgency", "status", "machine_unit", "lane_rank", "expires_on", "talk_length", "version"}
    | {"due_on", "due_rule"}
)
_TOLD: Final = frozenset({"danger_on", "withdrawn_on", "is_open", "outcome"})
_UNITS: Final[dict[str, Table]] = {
    "unit_key": _SEE,
    "key_grant": Table(select=_of("key_grant", but={"sealed"})),
    "member": Table(select=frozenset({"id", "unit_id", "suspended_on", "roles"})),
    "setting": _SEE,
}
"""Whether somebody can read what is sealed to a unit: no key, and no name."""
_INTAKE: Final[dict[str, Table]] = _UNITS | {
    "tip": Table(select=_of("tip", but={"sealed", "label"}), insert=True, update=_COVER),
    "message": Table(select=_of("message", but={"sealed"}), insert=True),
    "decision": _ADD,
    "day_key": _ADD,
    "spent_challenge": _ADD,
    "spent_nonce": Table(select=True, insert=True, update=frozenset({"is_closed"})),
    "tally": _COUNT,
    "upload": _ALL,
}
_MAILBOX: Final = _UNITS | {
    "tip": Table(select=_of("tip", but={"sealed", "label"}), update=_COVER | _TOLD),
    "message": _ADD,
    "decision": _ADD,
    "day_key": _ADD,
    "clock_event": Table(select=True, delete=True),
    "referral": _SEE,
    "transfer": _SEE,
    "spent_nonce": _ADD,
    "tally": _COUNT,
    "upload": Table(select=True, update=frozenset({"tip_id"})),
}
_COUNTS: Final = _LOG | {
    "tally": _SEE,
    "closed_count": Table(select=True, insert=True, delete=True),
    "count_publication": _KEEP,
}
_PAYING: Final = _LOG | {
    "reward": Table(select=True, insert=True, update=frozenset({"paid_mark", "is_stopped"})),
}
_NOT_THE_DESKS: Final = {"closed_count", "count_publication"}
_WORK: Final = {name: _ALL for name in Base.metadata.tables} | {"audit_event": _ADD, FORMS: _SEE}
_DESK: Final = {name: table for name, table in _WORK.items() if name not in _NOT_THE_DESKS}

GRANTS: Final[Mapping[Login, Mapping[str, Table]]] = {
    Login.WORK: _WORK,
    Login.INTAKE: _INTAKE,
    Login.MAILBOX: _MAILBOX,
    Login.DESK: _DESK,
    Login.COUNTS: _COUNTS,
    Login.PAYING: _PAYING,
}
FUNCTIONS: Final[Mapping[str, frozenset[Login]]] = {
    "tip_is_of(bytea, bytea)": frozenset({Login.INTAKE, Login.DESK}),
    "reward_lay_in_order()": frozenset({Login.WORK}),
    "bulletin_lay_in_order()": frozenset({Login.WORK}),
}
"""Done with the rights of the tables' owner, by who may call them: migration 0028."""


def statements(prefix: str) -> Iterator[str]:
    """Give what makes the logins, and gives them these rights and no others, however they stood."""
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    for login, tables in GRANTS.items():
        name = login.named(prefix)
        yield _made(name)
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
        yield f"REVOKE ALL ON SCHEMA public FROM {name}"
        yield f"GRANT USAGE ON SCHEMA public TO {name}"
        for table, rights in sorted(tables.items()):
            yield f"GRANT {', '.join(_given(rights))} ON {table} TO {name}"
    for function, logins in FUNCTIONS.items():
        everybody = ", ".join(login.named(prefix) for login in Login)
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {everybody}"
        names = ", ".join(sorted(login.named(prefix) for login in logins))
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {names}"


class NotOwner(Exception):
    """What was to be done is the tables' owner's to do, and this login is another: `NOT_OWNER`."""


def require_owner(connection: Connection) -> None:
    """Raise `NotOwner` where a database's form is not this login's to change; SQLite has none."""
    if connection.dialect.name == "postgresql" and not connection.scalar(_OWNS):
        raise NotOwner


@contextmanager
def owner_alone(connection: Connection) -> Iterator[None]:
    """Let the owner alone change a database's form. Raises `NotOwner`, at best before all else."""
    require_owner(connection)
    try:
        yield
    except ProgrammingError as error:
        if not _is_refused(error):
            raise
        raise NotOwner from None


def apply(connection: Connection, prefix: str) -> None:
    """Make the logins and their rights so, in a transaction of the owner's. Raises `NotOwner`.

    A no-op where one login asks for all, and on SQLite.
    """
    if not prefix or connection.dialect.name != "postgresql":
        return
    with owner_alone(connection):
        for statement in statements(prefix):
            connection.exec_driver_sql(statement)


def _is_refused(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _REFUSED


def _made(name: str) -> str:
    """Make a login where there is none. Its password is the operator's to set."""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
        f" THEN CREATE ROLE {name} LOGIN NOINHERIT; END IF; END $$"
    )


def _given(table: Table) -> Iterator[str]:
    for right in RIGHTS:
        given = getattr(table, right.lower())
        if given is True:
            yield right
        elif given:
            yield f"{right} ({', '.join(sorted(given))})"
