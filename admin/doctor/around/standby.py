"""What `dengshao doctor` says of the server that keeps a second copy of what is committed."""

from typing import Final

from ...db.standby import Standing
from ..findings import Finding, bad, good

MATTER: Final = "同步备机"
_PAGE: Final = "做法在“PostgreSQL 主备”那一页。"


def check_standby(standing: Standing | None, nodes: int) -> Finding:
    """Say whether what is answered 已收到 outlives the server that took it."""
    if standing is None:
        todo = "请换成 PostgreSQL，或者写 DENGSHAO_NODES=1。"
        if nodes > 1:
            return bad(MATTER, f"写了 {nodes} 台服务器，数据库却是 SQLite", todo)
        return good(MATTER, "SQLite 没有备机，靠备份")
    if standing is Standing.KEPT:
        return good(MATTER, "备机确认了，才算收到")
    if standing is Standing.LAX:
        return bad(
            MATTER, "提交时不等写完，坏一台会丢线索", f"请设 synchronous_commit = on。{_PAGE}"
        )
    if standing is Standing.ANYONE:
        todo = "请写备机的名字，不写 *。用 Patroni 的，看备机在不在。"
        return bad(MATTER, "谁都能替备机确认，正在拷的备份也算", todo)
    if standing is Standing.SILENT:
        todo = "请看备机在不在运行，连不连得上主机。"
        return bad(MATTER, "备机没有确认，现在收不进线索", todo)
    if nodes > 1:
        todo = f"请设 synchronous_standby_names。{_PAGE}"
        return bad(MATTER, "没有设，主机一坏会丢线索", todo)
    return good(MATTER, "没有设。只有一台服务器，可以没有")
