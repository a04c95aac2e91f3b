"""What `dengshao doctor` looks at in the journal of deletions, which a restore needs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from ..config import Config
from ..models import RetentionLine, Setting
from ..vault.retention.deletions import END, BrokenJournal, Entry, lines_after, read_journal
from .findings import Finding, bad, good, unknown

MOST_WAITING: Final = 2 * 3_600
"""Seconds after which lines should stand in the journal: the sweep writes them each hour."""
_DAY: Final = 86_400
_MATTER: Final = "删除账"


@dataclass(frozen=True)
class JournalState:
    """How the journal of deletions stands."""

    is_writable: bool
    is_there: bool
    was_written: bool
    """The database has seen a line of it."""
    broken_at: int | None
    """The first line that is not as it was written."""
    has_last: bool
    """It holds the line that was written last, by whichever node."""
    unknown: int
    """Lines behind that one, of which the database does not know."""
    is_apart: bool | None
    """It lies on another disk than the database; none where nothing tells."""
    newest: int | None
    """When its last line was written."""
    waiting_since: int | None
    """Since when the oldest line waits in the database to be written."""


def look(session: Session, config: Config) -> JournalState:
    """Look at the journal; change nothing."""
    path, last = config.deletions_file, session.get(Setting, END)
    entries, broken_at = _read(config, path)
    behind = 0 if last is None else lines_after(path, last.value)
    return JournalState(
        is_writable=_is_writable(path),
        is_there=path.exists(),
        was_written=last is not None,
        broken_at=broken_at,
        has_last=behind is not None,
        unknown=behind or 0,
        is_apart=_is_apart(config, path),
        newest=max((entry.at for entry in entries), default=None),
        waiting_since=session.execute(select(func.min(RetentionLine.at))).scalar_one(),
    )


def _read(config: Config, path: Path) -> tuple[list[Entry], int | None]:
    if not os.access(path, os.R_OK):
        return [], None
    try:
        return read_journal(config, path), None
    except BrokenJournal as error:
        return error.entries, error.number


def _is_writable(path: Path) -> bool:
    """Tell whether lines can be added, or the journal be begun."""
    target = next(one for one in (path, *path.parents) if one.exists())
    return os.access(target, os.W_OK)


def _is_apart(config: Config, path: Path) -> bool | None:
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite":
        return None
    places = (Path(url.database or ""), path)
    disks = {next(o for o in (p, *p.parents) if o.exists()).stat().st_dev for p in places}
    return len(disks) > 1


def check_deletions(state: JournalState, *, now: int) -> Finding:
    """Say the worst that is to be done about the journal, or that nothing is."""
    waited = now - state.waiting_since if state.waiting_since is not None else 0
    faults = (
        (not state.is_writable, "写不进去", "请让运行服务的用户能写 DENGSHAO_DELETIONS。"),
        (
            state.was_written and not state.is_there,
            "不见了",
            "请从备份旁边的那一份找回来：没有它，恢复时删过的会回来。",
        ),
        (
            state.broken_at is not None,
            f"第 {state.broken_at} 行对不上",
            "请查明原因，再把它移开另外存好：程序会另起一本。",
        ),
        (
            state.unknown > 0,
            f"后面的 {state.unknown} 行，数据库不知道",
            "数据库恢复到过以前一刻的，请停下服务，运行 dengshao database rewound。"
            "刚才停过电的，一小时后再看。",
        ),
        (
            waited > MOST_WAITING,
            f"有要记的没有写进去，已经等了 {waited // 3_600} 小时",
            "请运行 dengshao sweep，看它说什么。",
        ),
    )
    found = next((bad(_MATTER, words, todo) for is_so, words, todo in faults if is_so), None)
    return found or _check_place(state, now)


def _check_place(state: JournalState, now: int) -> Finding:
    if not state.has_last:
        return unknown(
            _MATTER,
            "最后记下的一行不在这一本里",
            "别的节点另有一本的，恢复时都要写上。只有一个节点的，末尾被删过，请马上查明。",
        )
    days = None if state.newest is None else max(now - state.newest, 0) // _DAY
    age = "还没有记过" if days is None else f"最近一笔在 {days} 天前" if days else "最近一笔在今天"
    if state.is_apart is False:
        todo = "最好设 DENGSHAO_DELETIONS，放到另一块盘上。"
        return unknown(_MATTER, f"{age}；和数据库在同一块盘上", todo)
    return good(_MATTER, age)
