"""What `dengshao doctor` looks at of the gate before the sign-in."""

from datetime import datetime

from ..db import SHANGHAI
from .findings import Finding, bad, good

MATTER = "统一身份认证"


def check_answer(*, is_there: bool) -> Finding:
    if is_there:
        return good(MATTER, "有应答")
    todo = "请查它和到它的网络、证书（DENGSHAO_GATE_CA）。有人要值班，先运行 dengshao gate open。"
    return bad(MATTER, "没有应答，没登录的人过不去", todo)


def check_open(until: int | None) -> Finding:
    """See that nobody forgot that all are let by."""
    if until is None:
        return good("认证放行", "没有放行")
    told = datetime.fromtimestamp(until, SHANGHAI).strftime("%m-%d %H:%M")
    return bad("认证放行", f"放行到 {told}", "修好了，请运行 dengshao gate shut。")
