"""What a node says of itself at /readyz, for `dengshao doctor` and for an upgrade."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..findings import Finding, bad, good, unknown

_SECONDS: Final = 5
_OK: Final = "ok"
_THINGS: Final = {
    "serving": "服务",
    "database": "数据库",
    "store": "文件存储",
    "keys": "密钥文件",
    "disk": "磁盘",
}
_TOLD_APART: Final = "replica"
"""Judged by a finding of its own, and no reason for the node to say that it is not well."""
_STATES: Final = {
    "away": "没有应答",
    "old": "版本旧，要迁移",
    "newer": "版本比程序新，要升级程序",
    "standby": "是备库，写不进去",
    "moved": "搬走了，要换到新设置",
    "other": "和别的节点不是同一个",
    "full": "快满了",
    "leaving": "正在停",
    "slow": "应答太慢",
}


@dataclass(frozen=True)
class Said:
    """The answer, thing by thing in fixed words."""

    is_ready: bool
    words: Mapping[str, str]

    @property
    def faults(self) -> dict[str, str]:
        return {
            name: word for name, word in self.words.items() if word != _OK and name != _TOLD_APART
        }


def ask(bind: str) -> Said | None:
    """Ask the node itself, past any proxy; None where nobody answers, or nobody who knows it."""
    address, _, port = bind.rpartition(":")
    connection = http.client.HTTPConnection(address.strip("[]"), int(port), timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        found = dict(json.loads(connection.getresponse().read()))
        return Said(bool(found.pop("ready")), {name: str(word) for name, word in found.items()})
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


def told(said: Said) -> str:
    """Say all that is not well."""
    return "，".join(
        f"{_THINGS.get(name, name)}{_STATES.get(word, word)}" for name, word in said.faults.items()
    )


def check_ready(said: Said | None) -> Finding:
    matter = "节点就绪 /readyz"
    if said is None:
        return unknown(matter, "没有应答", "请看 DENGSHAO_BIND，再看是不是同一个版本。")
    if not said.faults:
        return good(matter, "数据库、文件存储、密钥、磁盘都好")
    if "disk" in said.faults and said.is_ready:
        return bad(matter, f"表单关着：{told(said)}", "请腾出地方，表单会自己再开。")
    if said.is_ready:
        return bad(matter, f"收得进文字，{told(said)}", "文件暂时收不了。请看文件存储。")
    return bad(matter, told(said), "照「多台服务器」一页，一样一样看。")
