"""What `dengshao doctor` says of the standby from which the desk's lists are read."""

from collections.abc import Iterator
from typing import Final

from ...db.belonging import Belonging, Seen
from ..findings import Finding, bad, good

MATTER: Final = "列表用的备库"
_HERE: Final = "列表现在从主库读，收线索不受影响。"
_ADDRESS: Final = "请把 DENGSHAO_DATABASE_REPLICA 改成本库备机的地址。"
_FAULTS: Final = {
    Belonging.AWAY: ("没有应答", f"{_HERE}请看它在不在运行，地址和口令对不对。"),
    Belonging.REFUSES: (
        "答了，但不让读",
        f"{_HERE}请看账号的权限，再看它是不是允许查询（hot_standby）。",
    ),
    Belonging.PRIMARY: ("地址指的就是主库", f"{_HERE}{_ADDRESS}"),
    Belonging.WRITES: (
        "那台已经不是备机，自己在写",
        f"请马上看是不是有两台主库。{_HERE}{_ADDRESS}",
    ),
    Belonging.STRANGER: ("那是另一套数据库的", f"{_HERE}{_ADDRESS}"),
    Belonging.ELSEWHERE: ("那里的数据库不是这一个", f"{_HERE}{_ADDRESS}"),
}


def check_replica(seen: Seen | None) -> Iterator[Finding]:
    """Say whether lists can be read there; nothing where no replica is set."""
    if seen is None:
        return
    if seen.belonging is Belonging.CURRENT:
        yield good(MATTER, "跟得上主库，列表从它那里读")
    elif seen.belonging is Belonging.BEHIND:
        words = f"比主库落后 {seen.behind / 1024**2:.1f} MiB，等了 2 秒还没有跟上"
        todo = f"{_HERE}请看两台之间的网络，再看备机上有没有长查询、是不是暂停了回放。"
        yield bad(MATTER, words, todo)
    else:
        yield bad(MATTER, *_FAULTS[seen.belonging])
