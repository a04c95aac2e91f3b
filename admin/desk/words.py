"""The desk's words: what codes in rows and ids in opened tips are called on the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..district.data import Choice, District
from ..models import Decision, TipStatus, Urgency
from ..vault.history import REPORTER, SYSTEM, Reason
from .deadlines.words import history_word
from .queue.lanes import COUNTED_MAX
from .services import urgency_reason
from .tip.tip_links import (
    JOINED,
    LINKED,
    MERGED,
    PARTED,
    UNLINKED,
    other_of,
)

STATUS: Final = {
    TipStatus.RECEIVED: _l("已收到"),
    TipStatus.QUESTION: _l("等举报人补充"),
    TipStatus.ACCEPTED: _l("已受理"),
    TipStatus.REFERRED: _l("已转办"),
    TipStatus.OUT_OF_SCOPE: _l("不归这里办"),
    TipStatus.CLOSED: _l("已办结"),
    TipStatus.PURGED: _l("内容已删除"),
}
LANE: Final = _l("疑似机器发送")
PUBLIC_STATUS: Final = {
    TipStatus.ACCEPTED: _l("已受理"),
    TipStatus.REFERRED: _l("已转有关机关"),
    TipStatus.OUT_OF_SCOPE: _l("这件事不归这里办，可以找…"),
    TipStatus.CLOSED: _l("已办结（办结不等于查实，也不等于您说错了）"),
}
"""What the reporter reads after a decision: the same words whatever was found."""
MOVE: Final = {
    TipStatus.ACCEPTED: _l("受理"),
    TipStatus.REFERRED: _l("转办"),
    TipStatus.OUT_OF_SCOPE: _l("不归这里办"),
    TipStatus.CLOSED: _l("办结"),
}
URGENCY: Final = {
    Urgency.P0: _l("危急"),
    Urgency.P1: _l("当日"),
    Urgency.P2: _l("三日内"),
    Urgency.P3: _l("一般"),
}
SHAPE: Final = {Urgency.P0: "▲", Urgency.P1: "◆", Urgency.P2: "●", Urgency.P3: "○"}
"""Urgency is told by word and shape, so that nobody needs to see the colour."""

_REASON: Final[dict[str, Any]] = {
    Reason.CLAIMED: _l("领办"),
    Reason.RELEASED: _l("放回队列"),
    Reason.ASSIGNED: _l("分派"),
    Reason.RUN_OUT: _l("领办到期，放回队列"),
    Reason.ASKED: _l("向举报人提问"),
    Reason.ANSWERED: _l("回复举报人"),
    Reason.MORE_WORDS: _l("补充了内容"),
    Reason.DANGER: _l("说自己有危险"),
    Reason.WITHDRAWN: _l("请求撤回"),
    Reason.EXPIRED: _l("保存期满，删除内容"),
    Reason.FILE_COPIED: _l("转出了附件的副本"),
    Reason.FILE_TAKEN: _l("取出了附件，要离线清理"),
}
_NEW_URGENCY: Final = {urgency_reason(level): word for level, word in URGENCY.items()}
_FIELDS: Final = {
    "category": _l("类型"),
    "what": _l("发生了什么"),
    "township": _l("乡镇街道"),
    "place": _l("地点"),
    "when": _l("时间"),
    "who": _l("涉及的人"),
    "objects": _l("车辆、场所、账号"),
    "harm": _l("造成的后果"),
    "minor": _l("涉及未成年人"),
    "official": _l("涉及公职人员或村干部"),
    "exclude": _l("不能让这些单位看到"),
    "basis": _l("消息来源"),
    "fear": _l("担心的事"),
    "answer": _l("愿意回答问题"),
}
_TIES: Final = {
    LINKED: _l("和 %(other)s 关联为同一件事"),
    UNLINKED: _l("取消和 %(other)s 的关联"),
    MERGED: _l("并入 %(other)s（同一件事）"),
    JOINED: _l("%(other)s 并入了这一条"),
    PARTED: _l("%(other)s 不再并入这一条"),
}


@dataclass(frozen=True)
class QueueWords:
    """What each row of the queue says, made text once: a lazy string is looked up at every use."""

    STATUS: Mapping[TipStatus, str]
    URGENCY: Mapping[Urgency, str]
    SHAPE: Mapping[Urgency, str]


def queue_words() -> QueueWords:
    return QueueWords(
        STATUS={status: str(word) for status, word in STATUS.items()},
        URGENCY={level: str(word) for level, word in URGENCY.items()},
        SHAPE=SHAPE,
    )


def counted(number: int) -> str:
    """Word a count that stops at `COUNTED_MAX`."""
    return f"{COUNTED_MAX - 1}+" if number >= COUNTED_MAX else str(number)


@dataclass(frozen=True)
class DayWords:
    """How a day of receipt reads in the queue."""

    iso: str
    short: str
    waiting: str


def day_words(received: Collection[date], today: date) -> dict[date, DayWords]:
    """Word each day once, however many tips came on it."""
    return {day: DayWords(day.isoformat(), f"{day:%m-%d}", waiting(day, today)) for day in received}


def waiting(received_on: date, today: date) -> str:
    days = (today - received_on).days
    return str(_("今天收到") if days < 1 else _("已等 %(days)s 天", days=days))


def event_word(decision: Decision) -> str:
    """Say what one line of a tip's history did."""
    if decision.reason == Reason.ANSWERED and decision.by == REPORTER:
        return str(_("回答了问题"))
    if decision.reason in _NEW_URGENCY:
        return str(_("把紧急程度改为%(word)s", word=_NEW_URGENCY[decision.reason]))
    if tie := other_of(decision.reason):
        return str(_TIES[tie[0]] % {"other": tie[1]})
    return str(_REASON.get(decision.reason, "")) or history_word(decision.reason)


def outcome_word(decision: Decision, district: District) -> str:
    """Say for what reason a decision was made; empty where it has none of outcomes.yml."""
    outcome = district.outcomes.get(decision.reason)
    return outcome.zh if outcome else ""


def actor_word(by: str) -> str:
    """Name who did something, as people say it."""
    return str({REPORTER: _("举报人"), SYSTEM: _("系统")}.get(by, by))


def contact_units(district: District) -> tuple[str, str] | None:
    """Name the two units that open a contact block: the first lock's, and the second's."""
    pair = district.contact
    if pair is None:
        return None
    return district.units[pair.custodian].zh, district.units[pair.reviewer].zh


def browser_words(district: District) -> dict[str, Any]:
    """Collect what the browser needs to show an opened tip: labels, choices, sentences."""
    choices = {name: _zh(options) for name, options in district.choices.items()}
    choices |= {
        "category": _zh(district.categories),
        "township": _zh(district.townships),
        "exclude": _zh(district.offices),
    }
    return {
        # A list: JSON objects are sent with sorted keys, and the order of the form is wanted.
        "fields": [[name, str(word)] for name, word in _FIELDS.items()],
        "choices": choices,
        "flags": {"minor": _("未成年人"), "official": _("公职人员"), "danger": _("有危险")},
        "kinds": {"supplement": _("补充"), "danger": _("有危险"), "withdraw": _("请求撤回")},
        "people": {"staff": _("工作人员"), "reporter": _("举报人")},
        "reads": {status.value: str(word) for status, word in PUBLIC_STATUS.items()},
        "sentences": _sentences(),
        "keys": {
            "title": _("键盘"),
            "close": _("关上"),
            "off": _("不用单个字母的快捷键"),
        },
    }


def _zh(options: Any) -> dict[str, str]:
    found: dict[str, Choice] = options
    return {choice.id: choice.zh for choice in found.values()}


def _sentences() -> dict[str, str]:
    return {
        "locked": _("这个页签已经锁上，看不到内容。"),
        "no_key": _("您手里没有这个单位的钥匙，打不开这条线索。请找本单位负责人。"),
        "old_key_only": _("您手里只有本单位的旧钥匙，只打得开旧线索。请找持钥人把新钥匙交给您。"),
        "not_opened": _("注意：这条线索打不开。内容可能被改过，也可能线索表发的是假锁。"),
        "not_opened_do": _("不要删除。马上告诉管理员，一起核对指纹。"),
        "kept_opened": _("警告：换锁以后打不开。下面是旧锁里的内容，没有丢。"),
        "kept_differs": _("警告：换锁以后，和原来不一样。下面是旧锁里原来的内容。"),
        "kept_by": _("%(name)s 在 %(day)s 换的锁。请马上告诉单位负责人和安全审计员。"),
        "kept_restore": _("换回旧锁"),
        "kept_not_restored": _("没有换成。请重新载入这一页，再试一次。"),
        "junk": _("打开了，可里面不是线索，是乱写的东西。"),
        "junk_do": _("多半是机器乱发的，也可能原来的被人换掉了。拿不准，告诉本单位负责人。"),
        "junk_note": _("里面是乱的，不显示。"),
        "fingerprint": _("您手里这把钥匙的指纹：%(found)s"),
        "lock_false": _("注意：线索表现在发的锁，和您手里的钥匙不是一对。"),
        "lock_false_do": _("新线索可能落到别人手里。马上告诉管理员，先停收线索。"),
        "lock_offered": _("线索表发的锁的指纹：%(found)s"),
        "lock_unchecked": _("没能核对线索表发的锁。请重新载入这一页。"),
        "label_not_opened": _("打不开"),
        "custodial": _("专管线索"),
        "astray": _("注意：写的人不让本单位看这一条，它却到了这里。服务器可能被人改过。"),
        "astray_do": _("请不要办，也不要告诉别人。马上告诉安全审计员。"),
        "other_tip": _("打开的内容不是这个编号的。请不要据此办理，马上告诉本单位负责人。"),
        "chain": _("第 %(n)s 条对不上：可能被改过、少了一条，或换了位置。请不要据此办理。"),
        "untrusted": _("这条不能相信，内容不显示。"),
        "question_gone": _("状态是等举报人补充，可是问的话不见了，或者不能相信。"),
        "contact_closed": _("这个文件用本单位的钥匙打不开。请看上面，该哪个单位先开。"),
        "contact_no_file": _("这不是联系方式的文件。请选从线索页存下的文件。"),
        "talk_broken": _("往来内容对不上，请马上告诉本单位负责人。"),
        "reads": _("举报人会看到："),
        "purge": _("按保存规定，%(n)s 天后删除内容。"),
        "second": _("专管线索这样办，要上一级的负责人核对。对方同意了才算。"),
        "no_words": _("还没有往来。"),
        "nth": _("第 %(n)s 条"),
        "seen_upto": _("举报人 %(day)s 来看过，看到第 %(n)s 条。"),
        "seen_nothing": _("举报人 %(day)s 来看过，没有看到回复。"),
        "seen_misdated": _("举报人看到第 %(n)s 条。对方手机的日期不对，看不出是哪天。"),
        "seen_not": _("看不出举报人来没来看过。没有记录，不等于没来。"),
        "seen_held": _("注意：举报人 %(day)s 来过，没看到第 %(n)s 条。可能被人扣下了。"),
        "seen_held_do": _(
            "先告诉安全审计员。再写一条，说明前面还有第 %(n)s 条。也可能是对方手机的日期不对。"
        ),
        "seen_other": _("注意：举报人看到过第 %(n)s 条，这里却没有，或者不一样。"),
        "seen_other_do": _("请不要据此办理。马上告诉安全审计员。"),
        "offline": _("没有连上。字还在，请再试一次。"),
        "seal_failed": _("没能加锁，什么也没有发出。请重新解锁后再试。"),
        "empty": _("请先写下要说的话。"),
    }
