"""Rows of any table as lines of text, each with its own sum; the same for both databases.

A line is the SHA-256 of the table's name and the JSON, a space, the JSON. So a changed byte is
found in the very row in which it stands.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, MetaData, Table, select

from ..migrate import SERVES_FROM
from ..shutters.marks import MARKS

LEFT_OUT: Final = {
    "staff_session": "登录状态：里面有保护浏览器暂存内容的密钥",
    "day_key": "日密钥：到期就该毁掉，不能留在备份里",
    "spent_nonce": "用过的表单号：没有日密钥就没有用",
    "spent_challenge": "用过的计算题：当天就过期",
    "sign_in_failure": "登录失败的次数",
    "invitation": "还没用的邀请：旧链接不能因为恢复又能用",
    "retention_line": "还没写进删除账的行：恢复以后照账上的办",
    "bulletin": "还没有公布的办结通报：删掉了的，不能因为恢复又公布",
    "outbox_mail": "待发的信：过时的通知不该再发",
}
"""Tables whose rows no backup holds, each with why, in the operator's words."""
OF_THIS_DATABASE: Final = (*MARKS, SERVES_FROM)
"""Settings that are true of the very database they stand in, and of no copy of it."""
_PARTS: Final = 500
_SUM: Final = 64


class BadLine(Exception):
    """A line is not as it was written. `key` names its row, where that can still be read."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def reflect(connection: Connection, *, whole: bool = False) -> dict[str, Table]:
    """Read the tables that are there, those first on which others hang, whatever the revision.

    `whole` names those too that no backup holds.
    """
    metadata = MetaData()
    metadata.reflect(connection)
    skipped = {"alembic_version"} if whole else {"alembic_version", *LEFT_OUT}
    return {table.name: table for table in metadata.sorted_tables if table.name not in skipped}


def read_rows(connection: Connection, table: Table, *, whole: bool = False) -> Iterator[bytes]:
    """Yield a table's rows as lines, in the order of their keys, which tells nothing."""
    query = select(table).order_by(*table.primary_key.columns)
    if table.name == "upload" and not whole:
        query = query.where(is_named(table))
    if table.name == "setting":
        query = query.where(table.c.name.not_in([SERVES_FROM] if whole else OF_THIS_DATABASE))
    found = connection.execute(query, execution_options={"yield_per": _PARTS})
    for row in found.mappings():
        yield to_line(table.name, {name: _plain(value) for name, value in row.items()})


def is_named(table: Table) -> ColumnElement[bool]:
    """Tell a file that hangs on a tip: no backup holds any other, nor the row of one."""
    return table.c.tip_id.is_not(None) & table.c.is_released.is_(False)


def to_line(table: str, values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return _sum(table, text) + b" " + text + b"\n"


def from_line(table: str, line: bytes) -> dict[str, Any]:
    """Read a line that was written for a table. Raises `BadLine`."""
    total, text = line[:_SUM], line[_SUM + 1 : -1]
    if line != total + b" " + text + b"\n" or total != _sum(table, text):
        raise BadLine(_readable_key(text))
    values: dict[str, Any] = json.loads(text)
    return values


def to_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Make of a line's values what the database takes."""
    return {name: _stored(value) for name, value in values.items()}


def _sum(table: str, text: bytes) -> bytes:
    return hashlib.sha256(table.encode() + b"\0" + text).hexdigest().encode()


def _plain(value: Any) -> Any:
    """Say a value in JSON; what JSON doesn't know says its kind."""
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return {"json": value} if isinstance(value, list | dict) else value


def _stored(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "base64":
        return base64.b64decode(inner)
    return date.fromisoformat(inner) if kind == "day" else inner


def _readable_key(text: bytes) -> str:
    """Tell which row a damaged line was, as far as its first value can be read."""
    try:
        first = next(iter(json.loads(text).values()))
    except (ValueError, AttributeError, StopIteration):
        first = text[:40].decode("ascii", "replace").partition(",")[0].partition(":")[2]
    return str(first)[:60]
