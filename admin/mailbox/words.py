"""What the mailbox says: where a tip stands, when to look again, and the sentences of its forms."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..app_state import app_state
from ..db import today
from ..district.data import District
from ..district.rewardable import is_of_a_kind
from ..models import Tip
from ..tip.status import STATUSES, TipStatus
from ..vault.conversation import LastReferral, LastTransfer, Talk
from ..web.forms import (
    ELSEWHERE,
    STRAYED,
    STRAYED_WHY,
    UNMARKED,
    UNMARKED_NEXT,
    UNMARKED_WHY,
)

LOOK_AGAIN_DAYS = 7
CALLED_DAYS = 3
"""Days after a call for protection or a withdrawal on which the reporter is asked to come daily."""
MOST_WORDS = 2000

STATUS_WORDS = {status: _l(told.reporter) for status, told in STATUSES.items()}

# For staff, whose desk reads Chinese whatever language the reporter's page had.
DANGER_BODY = "举报人按了「我有危险／被报复」。"
WITHDRAW_BODY = "举报人按了「撤回」，请停止办理并删除内容。"

RECEIPT = _l("查询码")
WORDS = _l("您要说的话")
DANGER_WORDS = _l("想说几句，就写在这里（可以不写）")

EMPTY = _l("请输入查询码：您记下的那 36 个数字。")
TOO_FEW = _l("查询码是 36 个数字。您输入了 %(found)s 个，还少 %(off)s 个。")
TOO_MANY = _l("查询码是 36 个数字。您输入了 %(found)s 个，多了 %(off)s 个。")
AND = _l("、")
WRONG_GROUP = _l("第 %(groups)s 组有误，请和您记下的再对一遍。")
WRONG_ORDER = _l("第 %(groups)s 组的先后好像写反了，请和您记下的再对一遍。")
UNKNOWN = _l("查不到这个查询码。请和您记下的再对一遍，也看看有没有两组写反了。")
NO_WORDS = _l("请先写下要说的话。")
TOO_LONG = _l("一次最多写 2000 字。您写了 %(found)s 字，请分几次写。")
BUSY = _l("刚才没有存上。您写的字还在，请再按一次。")
UNIT_CLOSED = _l("现在收不了新的话。您写的字还在，请先抄下来。急事请打 110，别的事打 12345。")
FALSE_KEY = _l("注意：加密校验没有通过，没有发出。")
FALSE_KEY_WHY = _l("服务器给的锁和公开登记的不一样，可能有人动了手脚。")
MARKED = _l("已标为最急。您写的字没有存，请先抄下来。请马上打 110。")
PURGED = _l("内容已过保存期。要再说，请重新写一条线索。")
FULL = _l("这条线索下的话太多了，存不下。您写的字还在，请另写一条线索。")
FULL_TODAY = _l("今天写得太多，存不下了。您写的字还在，请明天再写，或者另写一条线索。")
SHARE_USED = _l(
    "刚才发来的话太多，先歇一小时。您写的字还在，请抄下来，过一小时再发，或者另写一条线索。"
)
NO_ROOM = _l("现在存不下了，没有保存。您写的字还在，请过一会儿再发。有危险打 110。")
CUT = _l("网络断了，字都在，没有发出。请再按一次。")
CUT_UNSURE = _l("网络断了，字都在。不知道发出没有，请再按一次，不会变成两条。")
CUT_LOOK = _l("网络断了，查询码没有发出。请再按一次。")
FAILED = _l("没有打开，也没有发出。请再按一次；还不行，就刷新这一页。")
FILES_CUT = _l("网络断了，文件还没有收下。有网了，再点一下这里。")
FILES_UNABLE = _l("这个浏览器交不了文件。请换一个浏览器，或者只发字。")
BACK = _l("您刚才写的字还在，已经填回来了。")
SUMMARY = _l("有几处要改一下")
UNABLE = _l("这个浏览器打不开加锁的内容。")
OPENED_HERE = _l("查询码不会离开这台设备，回复就在这里打开。")
WAIT = _l("正在打开或加锁，请稍等…")
COUNTED = _l("已输入 %(found)s 个数字，一共 36 个")

STORED = {
    "message": _l("您补充的内容已收到。"),
    "danger": _l("已收到，已标为最急。请马上打 110。"),
    "withdraw": _l("您撤回的请求已收到。"),
}


# What happens now, first who sees it: staff, by the deadline of the first look (deadlines.yml).
HAPPENS = {
    "danger": (
        _l("上班的日子，承办单位当天看。夜里、放假可能没人看。"),
        _l("今晚觉得不安全，就去有人的地方，或者亲友家。"),
        _l("威胁您的短信、录音、照片，先别删。"),
        _l("明天再来看一次，看看有没有回话。"),
    ),
    "withdraw": (
        _l("工作人员下次打开这条线索，就看得到，由他停、由他删。"),
        _l("几天办好，没有规定。七天还没有动静，在下面再写一句。"),
        _l("今天您什么也不用做。改主意了，在下面写一句就行。"),
        _l("明天再来看一次，看看有没有回话。"),
    ),
}


def recent_act(tip: Tip) -> str:
    """Name the act after which it is still said what happens now; empty where there is none."""
    days = {"danger": tip.danger_on, "withdraw": tip.withdrawn_on}
    said = {act: day for act, day in days.items() if day and _is_recent(day)}
    # In danger and withdrawn: what keeps somebody safe goes first.
    return next(iter(said), "") if STATUSES[tip.status].is_open else ""


def _is_recent(day: date) -> bool:
    return day > today() - timedelta(days=CALLED_DAYS)


def turn_to(tip: Tip, district: District, lang: str) -> str:
    """Say where a matter belongs that is not handled here; empty for other matters."""
    outcome = district.outcomes.get(tip.outcome or "")
    if tip.status is TipStatus.PURGED:
        # The content goes after seven days, when the reporter looks: the advice stays.
        return _turned(outcome.turn_to, lang) if outcome and outcome.turn_to else ""
    if tip.status is not TipStatus.OUT_OF_SCOPE:
        return ""
    if outcome is None or outcome.turn_to is None:
        return str(_("可以打 12345 问一问该找谁。"))
    return _turned(outcome.turn_to, lang)


def _turned(said: Mapping[str, str], lang: str) -> str:
    return said.get(lang, said["zh"])


def moved(transfer: LastTransfer | None) -> str:
    """Say that another unit takes the tip, without naming one; empty where none ever was to."""
    if transfer is None:
        return ""
    day = format_date(transfer.day, "long")
    if transfer.is_taken is None:
        return str(_("%(day)s 转给另一个单位办，等它接手。照常写，它看得到。", day=day))
    if transfer.is_taken:
        return str(_("%(day)s 起，已换一个单位办理。查询码照旧用。", day=day))
    return str(_("要换一个单位办，没有换成。%(day)s 起，还由先前的单位办。", day=day))


def referred(tip: Tip, referral: LastReferral | None) -> str:
    """Say what became of what left for an organ, without naming one; empty where nothing left."""
    said = _REFERRED.get(referral.end) if referral else None
    if referral is None or said is None or tip.status is TipStatus.PURGED:
        return ""
    return str(said % {"day": format_date(referral.day, "long")})


_REFERRED: Final[dict[str | None, Any]] = {
    None: _l("%(day)s 转给了有关机关，等它答复。"),
    "back": _l("有关机关退回来了，%(day)s 起还由这里办。"),
    "result": _l("有关机关有了答复，%(day)s 收到。"),
    "unanswered": _l("有关机关一直没有答复，%(day)s 起不再等。"),
}
"""What is said of a package by how it came out, a code of desk/referral."""


def way_out(tip: Tip, talk: Talk) -> str:
    """Say which way the tip went, in this house and outside; empty where it stayed."""
    return " ".join(filter(None, (moved(talk.transfer), referred(tip, talk.referral))))


def next_look(tip: Tip, talk: Talk) -> str:
    """Say when to come back."""
    status = tip.status
    if status is TipStatus.PURGED:
        return str(PURGED)
    if status is TipStatus.CLOSED and _may_be_rewarded(tip, talk):
        return str(_("这里有奖励的规定。过一两个月再来看一次，看有没有写着可以领。"))
    if not STATUSES[status].is_open:
        return str(_("不用再来看了。想起什么，还可以在下面写。"))
    if recent_act(tip):
        tomorrow = format_date(today() + timedelta(days=1), "long")
        return str(_("明天再来看一次：%(day)s。", day=tomorrow))
    day = format_date(today() + timedelta(days=LOOK_AGAIN_DAYS), "long")
    if status is TipStatus.QUESTION:
        return str(_("请先看下面的问题，写下回答。七天后再来看：%(day)s。", day=day))
    return str(_("七天后再来看：%(day)s。", day=day))


def _may_be_rewarded(tip: Tip, talk: Talk) -> bool:
    # One is given once: its letter says the rest.
    return is_of_a_kind(tip, app_state().district) and not talk.is_rewarded


def script_words() -> dict[str, str]:
    """Give the page's script its sentences; what stands in braces is filled in there."""
    holes = {"found": "{found}", "off": "{off}", "groups": "{groups}"}
    plain = {
        "empty": EMPTY,
        "too-few": TOO_FEW,
        "too-many": TOO_MANY,
        "wrong-group": WRONG_GROUP,
        "wrong-order": WRONG_ORDER,
        "and": AND,
        "unknown": UNKNOWN,
        "no-words": NO_WORDS,
        "too-long": TOO_LONG,
        "busy": BUSY,
        "unit-closed": UNIT_CLOSED,
        "false-key": FALSE_KEY,
        "false-key-why": FALSE_KEY_WHY,
        "false-key-next": ELSEWHERE,
        "strayed": STRAYED,
        "strayed-why": STRAYED_WHY,
        "strayed-next": ELSEWHERE,
        "unmarked": UNMARKED,
        "unmarked-why": UNMARKED_WHY,
        "unmarked-next": UNMARKED_NEXT,
        "marked": MARKED,
        "purged": PURGED,
        "full": FULL,
        "full-today": FULL_TODAY,
        "share-used": SHARE_USED,
        "no-room": NO_ROOM,
        "cut": CUT,
        "cut-unsure": CUT_UNSURE,
        "cut-look": CUT_LOOK,
        "failed": FAILED,
        "files-cut": FILES_CUT,
        "files-unable": FILES_UNABLE,
        "back": BACK,
        "summary": SUMMARY,
        "unable": UNABLE,
        "opened-here": OPENED_HERE,
        "wait": WAIT,
        "counted": COUNTED,
        "stored-message": STORED["message"],
        "stored-danger": STORED["danger"],
        "stored-withdraw": STORED["withdraw"],
    }
    sentences = {f"data-{name}": str(text) % holes for name, text in plain.items()}
    bodies = {"data-danger-body": DANGER_BODY, "data-withdraw-body": WITHDRAW_BODY}
    return {**sentences, **bodies, "data-most-words": str(MOST_WORDS)}
