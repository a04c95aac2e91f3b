"""The queue's words: lanes, filters, keys, and what a bulk act does or can't do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...district.data import District
from ...tip import channels
from ..words import browser_words
from .lanes import Lane

LANES: Final = {
    Lane.URGENT: _l("危急"),
    Lane.TODAY: _l("今日"),
    Lane.FREE: _l("待受理"),
    Lane.MINE: _l("我的"),
    Lane.OVERDUE: _l("催办"),
    Lane.QUESTION: _l("等待举报人"),
    Lane.MACHINE: _l("疑似机器发送"),
    Lane.ALL: _l("全部"),
}
ABOUT: Final = {
    Lane.URGENT: _l("有生命危险的，都在这里。最早收到的在前。"),
    Lane.TODAY: _l("当日要看的，和今天到期的。"),
    Lane.FREE: _l("刚收到，还没有人领的。最急的在前。"),
    Lane.MINE: _l("您领办、还没有到期的。最急的在前。"),
    Lane.OVERDUE: _l("过了期限还没有办的。拖得最久的在前。"),
    Lane.QUESTION: _l("问了举报人，还在等回话的。"),
    Lane.MACHINE: _l("有危险的在前，算过题的在前，再按急不急和收到的日子排。"),
    Lane.ALL: _l("最急的在前，同样急的，最早收到的在前。"),
}
LANE_KEYS: Final = {
    Lane.URGENT: "u",
    Lane.TODAY: "t",
    Lane.FREE: "f",
    Lane.MINE: "m",
    Lane.OVERDUE: "o",
    Lane.QUESTION: "q",
    Lane.MACHINE: "r",
    Lane.ALL: "a",
}
"""The letter after `g` that leads to each lane."""
CHANNELS: Final = {channel: _l(word) for channel, word in channels.CHANNELS.items()}
FIELDS: Final = {
    "lane": _l("分栏"),
    "status": _l("状态"),
    "urgency": _l("紧急程度"),
    "since": _l("收到日期从"),
    "until": _l("收到日期到"),
    "label": _l("标记"),
    "holder": _l("领办人"),
    "channel": _l("来源"),
    "reference": _l("编号开头"),
}


def faults_word(faults: Collection[str]) -> str:
    """Name the filters that could not be read."""
    if not faults:
        return ""
    names = "、".join(str(FIELDS[name]) for name in faults)
    return str(_("有的筛选条件看不懂，没有用上：%(names)s。", names=names))


@dataclass(frozen=True)
class DueWord:
    text: str
    is_late: bool


def due_words(days: Collection[date | None], today: date) -> dict[date | None, DueWord]:
    """Word each deadline once, however many tips have it."""
    return {day: _due(day, today) for day in days if day is not None}


def _due(day: date, today: date) -> DueWord:
    left = (day - today).days
    if left < 0:
        return DueWord(str(_("过期 %(n)s 天", n=-left)), is_late=True)
    return DueWord(str(_("今天到期") if left == 0 else _("还有 %(n)s 天", n=left)), is_late=False)


def script_words(district: District) -> dict[str, Any]:
    """Collect what the queue's script says: labels, keys, choosing, searching."""
    words = browser_words(district)
    return {
        **words,
        "locked": _("已加密"),
        "queue": {
            "chosen": _("选了 %(n)s 条"),
            "of_page": _("打开第 %(n)s 条，共 %(all)s 条。"),
            "found": _("打开过 %(all)s 条，其中 %(n)s 条有这些字。"),
            "failed": _("有 %(n)s 条没有找：打不开，或者您还没有逐条打开过。"),
            "cancelled": _("已停止。"),
            "claim_failed": _("没有领到：刚刚有人动过，或者别人先领了。请刷新。"),
            "nothing": _("先用 j、k 选一行。"),
            "changed": _("队列有变化。"),
            "renew": _("刷新（r）"),
        },
        "key_rows": _key_rows(),
    }


def _key_rows() -> list[list[str]]:
    lanes = [[f"g {LANE_KEYS[lane]}", str(word)] for lane, word in LANES.items()]
    return [
        ["j", _("下一行")],
        ["k", _("上一行")],
        ["o", _("打开这一行（回车也行）")],
        ["x", _("选中或不选这一行")],
        ["c", _("领办这一行")],
        ["r", _("刷新，留在这一行")],
        ["/", _("去筛选，找编号")],
        ["n", _("下一页")],
        ["p", _("回第一页")],
        *lanes,
        ["?", _("看这张表")],
    ]
