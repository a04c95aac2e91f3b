"""What `dengshao doctor` looks at in what runs: which versions, and whether they are current."""

import os
import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ...config import ROOT
from ..findings import Finding, bad, good, unknown

OLDEST_POSTGRESQL: Final = 15
CURRENT: Final = Path("/opt/dengshao/current")


def database_version(connection: Connection) -> tuple[str, int | None]:
    """Name the database with its version; the number is that of a PostgreSQL."""
    if connection.dialect.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}", None
    found = connection.dialect.server_version_info or (0,)
    return f"PostgreSQL {'.'.join(map(str, found))}", int(found[0])


def check_versions(program: str, database: str, postgresql: int | None) -> Finding:
    words = f"灯哨 {program}，Python {platform.python_version()}，{database}"
    if postgresql is not None and postgresql < OLDEST_POSTGRESQL:
        return bad("版本", words, f"请把 PostgreSQL 升到 {OLDEST_POSTGRESQL} 以上。")
    return good("版本", words)


@dataclass(frozen=True)
class Running:
    """Which folders of versions there are to compare."""

    ours: Path
    """That of the program that looks."""
    current: Path | None
    """That to which the link leads; none where this is no installation."""
    served: Path | None
    """That in which the service runs; none where it does not, or nothing tells."""


def look_at_running(pid: int | None, *, link: Path = CURRENT) -> Running:
    current = link.resolve() if link.is_symlink() else None
    return Running(ROOT.parent, current, _folder_of(pid) if pid else None)


def _folder_of(pid: int) -> Path | None:
    """Find the folder in which a process runs: its unit starts it in that of its version."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None


def check_running(running: Running) -> list[Finding]:
    """See that what runs is what the link says, as it is not between an upgrade and a restart."""
    if running.current is None:
        return []
    matter, wanted = "现用版本", running.current.name
    if running.ours != running.current:
        todo = "请用 /usr/bin/dengshao 来运行。"
        return [bad(matter, f"这条命令是 {running.ours.name}，current 指着 {wanted}", todo)]
    if running.served is None:
        return [unknown(matter, f"{wanted}；服务没有在运行", "服务启动后再查一次。")]
    if not running.served.is_relative_to(running.current):
        words = f"运行的是 {running.served.name}，current 指着 {wanted}"
        return [bad(matter, words, "请运行 systemctl restart dengshao。")]
    return [good(matter, f"{wanted}，运行的就是它")]
