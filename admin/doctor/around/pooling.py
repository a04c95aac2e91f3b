"""What `dengshao doctor` says of a pooler between this program and PostgreSQL."""

from collections.abc import Iterator
from typing import Final

from ...db.pooling import REFUSED, Pooling
from ..findings import Finding, bad, good

MATTER: Final = "数据库连接池"


def check_pooling(pooling: Pooling | None) -> Iterator[Finding]:
    """Say whether a connection has its session to itself; nothing on SQLite."""
    if pooling is None:
        return
    if pooling is Pooling.NONE:
        yield good(MATTER, "前面没有连接池，直接连 PostgreSQL")
    elif pooling is Pooling.KEPT:
        yield good(MATTER, "前面有连接池，每个连接有自己的会话")
    else:
        fault, todo = REFUSED[pooling]
        yield bad(MATTER, f"前面有连接池，{fault}", f"{todo}。")
