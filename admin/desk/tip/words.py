"""Words of a tip's page alone: what to do next, grades, and the sentences of its scripts."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...district.data import District
from ...models import Tip
from ...tip.status import STATUSES, TipStatus
from ...tip.urgency import Urgency
from ..files.words import file_words
from ..ready.words import ready_words
from ..transfer.words import transfer_words

GRADES: Final[dict[str, dict[str, Any]]] = {
    "source": {
        "untested": _l("未经检验"),
        "reliable": _l("可靠"),
        "unreliable": _l("不可靠"),
    },
    "information": {"seen": _l("亲眼所见"), "told": _l("转述"), "guess": _l("推测")},
    "handling": {"general": _l("一般"), "limited": _l("限制"), "sealed": _l("密封")},
}
"""Source, information, handling. A grade judges words, never a person, and proves nothing."""

WHY: Final = (
    ("cover", _l("同事不在，我替班")),
    ("review", _l("我来复核")),
    ("compare", _l("和别的线索比对")),
)
"""What a member answers who opens a tip that a colleague holds; codes of `opening.Why`."""


def next_step(tip: Tip, *, mine: bool, held_by_other: bool, is_offered: bool = False) -> str:
    """Say in one line what comes next; the first of these that fits."""
    if tip.merged_into_id is not None:
        return str(_("已经并入另一条，到那一条里办。"))
    if not tip.is_open:
        return str(_(STATUSES[tip.status].next_step))
    if tip.danger_on or tip.urgency is Urgency.P0:
        return str(_("马上看。有人有危险，先报值班领导，再办线索。"))
    if is_offered:
        return str(_("别的单位转来的。先看内容，再接收或者退回。"))
    if tip.withdrawn_on:
        return str(_("举报人请求撤回。看过之后，决定还办不办。"))
    if held_by_other:
        return str(_("同事在办。要您接手，先和同事说一声。"))
    if not mine and tip.status is TipStatus.RECEIVED:
        return str(_("先领办，再看内容，作出决定。"))
    return str(_(STATUSES[tip.status].next_step))


def tip_words(district: District) -> dict[str, Any]:
    """Collect what the scripts of a tip's page say beside the words of every desk page."""
    return {
        "grades": {name: {id: str(w) for id, w in words.items()} for name, words in GRADES.items()},
        "notes": _notes(),
        "ready": ready_words(),
        "alike": _alike(),
        "turn_to": {row.id: row.turn_to["zh"] for row in district.outcomes.values() if row.turn_to},
        "not_forwarded": _("到此为止，不转给任何单位。"),
        "tip_keys": _keys(),
        "files": file_words(),
        "ways": _ways(district),
        "transfer": transfer_words(),
    }


def case_words() -> dict[str, str]:
    """Collect what the page of a case file says, on paper and in its sealed file too."""
    return {
        "title": _("案卷"),
        "caution": _("没有核实过。线索只是说有这件事，不能证明有这件事。"),
        "content": _("线索内容"),
        "talk": _("往来"),
        "notes": _("本单位的备注"),
        "files": _("附件"),
        "history": _("办理经过"),
        "none": _("没有。"),
        "not_noted": _("没能记下谁在打印或导出，所以没有给出。请再试一次。"),
        "bad_recipient": _("对方的公钥不对：应当以 age1pq1 开头。"),
        "failed": _("没有做成，什么也没有给出。请再试一次。"),
        "saved": _("已保存为加密文件。用 age 打开。"),
        "passphrase": _("口令只显示这一次。请用别的办法告诉对方，不要和文件一起送："),
    }


def _ways(district: District) -> dict[str, Any]:
    """Tell the script which units no tip may reach by what its reporter answered."""
    practice = (unit.id for unit in district.units.values() if unit.practice)
    return {
        "takers": district.ways.takers,
        "offices": {office.id: office.unit for office in district.offices.values()},
        "practice": next(practice, ""),
    }


def _keys() -> list[tuple[str, str]]:
    return [
        ("c", _("领办")),
        ("d", _("作出决定")),
        ("m", _("写给举报人")),
        ("n", _("写备注")),
        ("u", _("改紧急程度")),
        ("g", _("评级")),
        ("j", _("队列里的下一条")),
        ("k", _("队列里的上一条")),
        ("q", _("回队列，回到这一行")),
        ("?", _("看这张表")),
    ]


def _notes() -> dict[str, str]:
    return {
        "none": _("还没有备注。"),
        "graded": _("评级："),
        "not_graded": _("还没有评级，按“未经检验”看待。"),
        "broken": _("第 %(n)s 条备注对不上：可能被改过、少了，或换了作者。请告诉负责人。"),
        "untrusted": _("这条不能相信，内容不显示。"),
        "empty": _("请先写下备注。"),
        "choose": _("三样都要选。"),
        "taken": _("几个人同时在写，没有排上。字还在，请再按一次。"),
    }


def _alike() -> dict[str, str]:
    return {
        "none": _("在这个页签打开过的线索里，没有看着像的。"),
        "place": _("同在%(township)s"),
        "near": _("地点相近"),
        "time": _("时间相近"),
        "text": _("说法相近"),
        "link": _("关联"),
        "look": _("打开看看"),
    }
