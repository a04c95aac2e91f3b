"""What `dengshao doctor` sees in the log of connections: whether nginx does as the pages say."""

import re
from pathlib import Path
from typing import Final

from ...district.edge_log import LogProfile
from ...edge.nginx import Shown, shown_profile
from ..findings import Finding, bad, good, unknown

NGINX: Final = Path("/etc/nginx/nginx.conf")
MATTER: Final = "网络日志"
_INCLUDE: Final = re.compile(r"(?m)^\s*include\s+([^;]+);")
_PAGES: Final = {
    LogProfile.SEALED: "本机加密留存",
    LogProfile.ELSEWHERE: "由前面的机构留存",
    LogProfile.NONE: "谁也不留",
}


def read_nginx(path: Path = NGINX) -> str | None:
    """Read nginx's configuration with what it includes; None where there is none to be read."""
    try:
        text = path.read_text("utf-8")
        names = _INCLUDE.findall(text)
        included = [one for name in names for one in sorted(path.parent.glob(_beside(name, path)))]
        return "\n".join([text, *(one.read_text("utf-8") for one in included if one.is_file())])
    except (OSError, UnicodeDecodeError):
        return None


def _beside(pattern: str, path: Path) -> str:
    """Give a pattern as it is seen from the folder of the configuration; others match nothing."""
    return pattern.removeprefix(f"{path.parent}/").lstrip("/")


def check_log(profile: LogProfile, text: str | None) -> Finding:
    """Hold nginx's configuration against edge_log.yml, by which the pages speak."""
    said = _PAGES[profile]
    if text is None:
        return unknown(
            MATTER, f"页面说{said}；这里看不到 nginx 的配置", "请在有 nginx 的机器上再查。"
        )
    seen = shown_profile(text)
    if seen.shown is Shown.CLEAR:
        todo = "请运行 dengshao setup 重写 nginx.conf，再让 nginx 重读，删掉已写的日志。"
        return bad(MATTER, f"nginx 会写明文日志：{seen.line or '没有写 access_log'}", todo)
    is_sealed = profile is LogProfile.SEALED
    if is_sealed != (seen.shown is Shown.SEALED):
        todo = "请运行 dengshao setup，两边写成一样，再建网站，让 nginx 重读。"
        does = "送去加密" if seen.shown is Shown.SEALED else "不写"
        return bad(MATTER, f"页面说{said}，nginx 却{does}", todo)
    if profile is LogProfile.NONE:
        todo = "网络安全法第二十三条要求留存不少于六个月。只有演示和封闭的内网可以不留。"
        return bad(MATTER, "谁也不留", todo)
    return good(MATTER, f"{said}，nginx 照着做")
