"""Whether a version that was just started is up: it answers, and nothing is worse than before."""

import time
from collections.abc import Collection
from typing import Final

from ..doctor import web
from ..doctor.around import ready
from ..serving.server import serving_version
from .installation import Installation
from .programs import Programs

_PAGES: Final = (
    ("intake", "DENGSHAO_PUBLIC_HOST", "/tip/"),
    ("accounts", "DENGSHAO_DESK_HOST", "/desk/sign-in"),
)
_HARD: Final = ("配置", "数据文件", "数据库", "数据库版本", "文件权限", "文件属主", "检查", "体检")
"""What a new version must not make bad. Of the rest the operator is told."""
_EACH: Final = 1.0


class NotUp(Exception):
    """The version does not serve as it should; the message says what is wrong."""


def wait(installation: Installation, version: str, seconds: int) -> None:
    """Wait until the form and the desk answer, from this version. Raises `NotUp`."""
    until = time.monotonic() + seconds
    while fault := _fault(installation, version):
        if time.monotonic() > until:
            raise NotUp(f"等了 {seconds} 秒：{fault}。")
        time.sleep(_EACH)


def _fault(installation: Installation, version: str) -> str:
    running = serving_version(installation.data / "run.lock")
    if running != version:
        return f"在运行的是 {running}" if running else "服务没有起来"
    settings = installation.settings
    bind = settings.get("DENGSHAO_BIND", "127.0.0.1:8000")
    rooms = settings.get("DENGSHAO_ROOMS", "intake,mailbox,desk,accounts").replace(" ", "")
    for room, host, page in _PAGES:
        if room in rooms.split(","):
            answer = web.ask(bind, settings.get(host, ""), page)
            if answer is None or answer.status != 200:
                return f"{page} 应答 {answer.status if answer else '没有'}"
    said = ready.ask(bind)
    # A version of before has no such address; what it serves was seen above.
    return f"/readyz 说：{ready.told(said)}" if said and not said.is_ready else ""


def compare(programs: Programs, version: str, known: Collection[str]) -> dict[str, str]:
    """Ask the doctor what is bad that was not before. Raises `NotUp` for what is hard."""
    worse = {
        matter: words for matter, words in programs.faults(version).items() if matter not in known
    }
    hard = [f"{matter}：{words}" for matter, words in worse.items() if matter.startswith(_HARD)]
    if hard:
        raise NotUp("体检不过：" + "；".join(hard))
    return worse
