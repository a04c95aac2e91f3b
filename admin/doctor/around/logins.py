"""What `dengshao doctor` asks PostgreSQL: whether each login may do what it should, and no more."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, text

from ...config import Config
from ...db.grants import DELETE, FORMS, GRANTS, RIGHTS
from ...db.logins import Login
from ...models import Base
from ..findings import Finding, bad, good

Right = tuple[str, str, str, str]
"""Login, table, column, right; of DELETE no column."""
_MATTER: Final = "数据库账号"
_TODO: Final = "请用表主的地址运行 dengshao database roles --apply。"
_ROLES: Final = text(
    "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication,"
    " EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid),"
    " EXISTS (SELECT FROM pg_class WHERE relowner = role.oid),"
    " has_schema_privilege(oid, current_schema(), 'CREATE')"
    " FROM pg_roles AS role WHERE rolname = ANY(:names)"
)
_RIGHTS: Final = text(
    "SELECT role, relname, attname, asked FROM pg_class AS class"
    " JOIN pg_attribute ON attrelid = class.oid AND attnum > 0 AND NOT attisdropped"
    " CROSS JOIN unnest(CAST(:names AS text[])) AS role"
    " CROSS JOIN unnest(CAST(:rights AS text[])) AS asked"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    " AND has_column_privilege(role, class.oid, attnum, asked)"
    " UNION ALL SELECT role, relname, '', asked FROM pg_class AS class"
    " CROSS JOIN unnest(CAST(:names AS text[])) AS role"
    " CROSS JOIN unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS asked"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    " AND has_table_privilege(role, class.oid, asked)"
)


def look(connection: Connection, config: Config) -> Iterator[Finding]:
    """Hold what the database grants against the table of rights, where the logins are apart."""
    prefix = config.database_logins
    if connection.dialect.name != "postgresql":
        return
    if not prefix:
        words = "一个账号做所有的事。怎样分开，看运维页“按用途分开账号”"
        yield good(_MATTER, words)
        return
    names = [login.named(prefix) for login in Login]
    found = {row[0]: row for row in connection.execute(_ROLES, {"names": names})}
    if missing := [name for name in names if name not in found]:
        yield bad(_MATTER, f"没有 {'、'.join(missing)}", _TODO)
        return
    if mighty := [name for name, *more in found.values() if any(more)]:
        words = f"{'、'.join(mighty)} 能改表或能当别的账号"
        yield bad(_MATTER, words, "请看运维页“按用途分开账号”。")
        return
    yield _compared(set(_held(connection, names)), set(_wanted(prefix)))


def _held(connection: Connection, names: list[str]) -> Iterator[Right]:
    asked: dict[str, Any] = {"names": names, "rights": list(RIGHTS[:-1])}
    yield from connection.execute(_RIGHTS, asked)


def _wanted(prefix: str) -> Iterator[Right]:
    columns = {name: [*table.columns.keys()] for name, table in Base.metadata.tables.items()}
    columns[FORMS] = ["version_num"]
    for login, tables in GRANTS.items():
        for table, rights in tables.items():
            if rights.delete:
                yield login.named(prefix), table, "", DELETE
            for column in columns[table]:
                for right in RIGHTS[:-1]:
                    if rights.may(right, column):
                        yield login.named(prefix), table, column, right


def _compared(held: set[Right], wanted: set[Right]) -> Finding:
    for words, left in (("多了", held - wanted), ("少了", wanted - held)):
        if left:
            role, table, column, right = min(left)
            what = f"{table}.{column}" if column else table
            return bad(_MATTER, f"{role} {words} {what} 的 {right}，共 {len(left)} 项不对", _TODO)
    return good(_MATTER, f"按用途分开了，{len(Login)} 个账号的权限都照表")
