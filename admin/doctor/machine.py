"""What `dengshao doctor` looks at on the machine: files, disk, swap, core dumps, clock."""

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..clock.judging import Clock
from ..vault.files.room import FILES, SOON, Disk, Least
from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

MOST_JOURNAL: Final = 64 * 1024**2
_TIME_ERROR: Final = 5
_TIMEX_SIZE: Final = 512
_OTHERS: Final = 0o077


@dataclass(frozen=True)
class Seen:
    """A file or folder: its name for people, its mode and its owner."""

    name: str
    mode: int
    owner: int


def look_at(paths: Iterable[Path]) -> list[Seen]:
    """Look at those that are there."""
    found = [(path, path.stat()) for path in paths if path.exists()]
    return [Seen(path.name, stat.st_mode, stat.st_uid) for path, stat in found]


def check_modes(seen: Sequence[Seen]) -> Finding:
    """See that nobody but its owner reads the data folder and what lies in it."""
    if not seen:
        return unknown("文件权限", "数据目录里什么也没有", "请核对 DENGSHAO_DATA。")
    if open_ones := [entry.name for entry in seen if entry.mode & _OTHERS]:
        names = "、".join(open_ones)
        return bad("文件权限", f"别的用户能读：{names}", "请对它们运行 chmod go-rwx。")
    return good("文件权限", f"{len(seen)} 项都只有属主能读")


def check_owner(seen: Sequence[Seen], user: int) -> Finding:
    """See that all belongs to one user, who is the one that runs this."""
    owners = {entry.owner for entry in seen}
    if len(owners) > 1:
        return bad(
            "文件属主", "数据目录里的文件不是同一个用户的", "请用 chown 改成运行服务的用户。"
        )
    if owners and owners != {user}:
        return bad("文件属主", "数据目录是另一个用户的", "请用运行服务的那个用户来运行 doctor。")
    return good("文件属主", "都是同一个用户的")


def check_disk(disk: Disk, *, of: str, least: Least) -> Finding:
    """Judge a disk as the form and the files do, and tell some time before they would stop."""
    matter, words = f"磁盘空间（{of}）", f"还剩 {disk.free / 1024**3:.1f} GB"
    if disk.inodes:
        words += f"，{disk.inodes_free} 个 inode"
    if not disk.has(least):
        what = "文件不收了，文字照收" if least is FILES else "表单已经关上，信箱不收新的话"
        return bad(matter, f"{words}：{what}", "请马上腾出空间。腾出以后，自己会再开。")
    if disk.free < SOON:
        return bad(matter, words, "请清理磁盘，或者换大一点的盘：满了就收不进线索。")
    return good(matter, words)


def check_journal(size: int) -> Finding:
    words = f"{size / 1024**2:.1f} MB"
    if size > MOST_JOURNAL:
        return bad("数据库日志", words, "日志没有清空，可能留着删掉的内容。请运行 dengshao sweep。")
    return good("数据库日志", words)


def check_swap(names: Sequence[str]) -> Finding:
    if names:
        todo = "请运行 swapoff -a，或者给交换区加密。"
        return bad("交换区", f"没有加密：{'、'.join(names)}", todo)
    return good("交换区", "没有，或者已加密")


def check_cleaning(*, works: bool, absent: Sequence[str]) -> Finding:
    """See whether files that come without scripts can be cleaned before they are sealed."""
    if not works:
        todo = "请装 bubblewrap、util-linux，并允许服务的用户建用户命名空间（user namespace）。"
        return bad("文件清理", "沙箱用不了，不开脚本交来的文件都不会清理", todo)
    if absent:
        todo = "请用 apt install 装上；不装，录像、录音或 Office 文件不会清理。"
        return bad("文件清理", f"缺工具：{'、'.join(absent)}", todo)
    return good("文件清理", "沙箱和工具都在")


def check_core_dumps(pattern: str, limit: str | None) -> Finding:
    """See that no crash writes memory to a disk. A program behind a pipe heeds no limit."""
    if pattern.startswith("|"):
        todo = "请设 kernel.core_pattern=core，或者停用 systemd-coredump（Storage=none）。"
        return bad("内存转储", "崩溃时内存会交给另一个程序存盘", todo)
    if limit is None:
        return unknown("内存转储", "服务没有在运行，看不到它的限制", "服务启动后再查一次。")
    if limit != "0":
        return bad("内存转储", f"运行中的服务上限是 {limit}", "请用 dengshao serve 启动服务。")
    return good("内存转储", "已禁止")


def core_limit(limits: str) -> str | None:
    """Find the limit in the text of /proc/<pid>/limits."""
    for line in limits.splitlines():
        if line.startswith("Max core file size"):
            return line.split()[4]
    return None


def clock_state() -> int:
    """Ask the kernel whether somebody keeps its clock right; -1 where it can't say."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return -1
    # All zero: read, change nothing.
    return int(adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE)))


def check_clock(state: int, clock: Clock, *, now: int, last: int | None) -> Finding:
    """See that the clock is kept and did not jump, and that no line of the log is from the future.

    `clock`: how it stands to what was believed before.
    """
    if clock is Clock.AHEAD:
        todo = "请校准时钟。没有错的，这样走满一天，或者数据库那台也这样说，就照它。"
        return bad("时钟", "比实际走过的时间快，暂时什么都不删", todo)
    if clock is Clock.BACK:
        return bad("时钟", "比以前认下的时间早", "请校准时钟：期限、动态口令都靠它。")
    if last is not None and last > now + 60:
        return bad("时钟", "比记录里最后一次操作还早", "请校准时钟：期限、动态口令都靠它。")
    if state == _TIME_ERROR:
        return bad("时钟", "没有和时间服务器对时", "请启用 systemd-timesyncd 或 chrony。")
    if state < 0:
        return unknown("时钟", "这个系统不告诉是否对时", "请确认对时服务在运行。")
    return good("时钟", "已对时；日期一律按 Asia/Shanghai 计")
