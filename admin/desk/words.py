"""The desk's words: what codes in rows and ids in opened tips are called on the page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..app_state import app_state
from ..district.data import Choice, District
from ..members.grounds import Ground, Result
from ..models import Decision
from ..tip.events import EVENT_WORDS, REFERRALS, Event, EventKind
from ..tip.fields import FIELDS
from ..tip.status import STATUSES, TipStatus
from ..tip.urgency import GRADES, Urgency
from ..vault.events import REPORTER, SYSTEM
from .deadlines.words import LEVEL, rule_name, why_longer
from .holds.words import HOLDS, hold_reason
from .queue.lane_counts import COUNTED_MAX

STATUS: Final = {status: _l(told.staff) for status, told in STATUSES.items()}
LANE: Final = _l("疑似机器发送")
_WAYS: Final = (EventKind.TRANSFERRED, EventKind.HANDED_BACK, EventKind.FETCHED_BACK)
"""Events with which a tip changes its unit."""
MOVE: Final = {status: _l(told.act) for status, told in STATUSES.items() if told.act}
GROUNDS: Final = {
    Ground.SEALED: _l("可能涉公职，还要提前删除"),
    Ground.UNOPENED: _l("还没有人打开过"),
    Ground.URGENT: _l("危急或当日的"),
    Ground.DANGER: _l("举报人说过有危险"),
    Ground.MINOR: _l("有未成年人受害"),
    Ground.FABRICATED: _l("疑似捏造，只能提请有权机关认定"),
    Ground.EARLY: _l("30 天内就删除内容"),
    Ground.MASS: _l("和别的一起成批提的"),
}
"""Why an end takes two people."""
RESULT: Final = {
    Result.GRANTED: _l("同意"),
    Result.REFUSED: _l("不同意"),
    Result.LAPSED: _l("情况变了，作废"),
    Result.AGREED: _l("没有问题"),
    Result.REOPENED: _l("重新办"),
    Result.RECORDED: _l("记下不妥"),
}
"""How an end came out under a second person's eyes."""
URGENCY: Final = {level: _l(grade.word) for level, grade in GRADES.items()}
SHAPE: Final = {level: grade.shape for level, grade in GRADES.items()}


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


def event_word(decision: Decision, *, is_from_elsewhere: bool = False) -> str:
    """Say what one line of a tip's history did.

    Of a line `is_from_elsewhere`, of another unit that had the tip, no other tip is named: who
    reads it here may not know that there is one.
    """
    event = decision.event
    if event.kind is EventKind.ANSWERED and decision.by == REPORTER:
        return str(_("回答了问题"))
    if event.kind is EventKind.OVERDUE and not rule_name(event.rule):
        return str(_("有一个期限过期，催办"))
    carried = _carried(event)
    if is_from_elsewhere and event.other:
        carried["other"] = str(_("别的线索"))
    return str(_(EVENT_WORDS[event.kind].word) % carried)


def came_at(decisions: Sequence[Decision]) -> int:
    """Tell the step with which a tip last came from another unit; 0 where it never did."""
    return max((row.step for row in decisions if row.kind in _WAYS), default=0)


def _carried(event: Event) -> dict[str, str]:
    """Return what an event's words have holes for."""
    return {
        "word": str(URGENCY[event.urgency]) if event.urgency else "",
        "why": _why(event),
        "unit": _unit_word(event),
        "rule": rule_name(event.rule),
        "who": str(LEVEL[event.level]) if event.level else "",
        "other": event.other or "",
        "label": label_name(event.reason),
    }


def label_name(label_id: str) -> str:
    """Return what a working label is called; of one that the district has dropped since, its id."""
    label = app_state().district.labels.get(label_id)
    return label.zh if label else label_id


def _why(event: Event) -> str:
    if event.kind in _WAYS:
        return app_state().district.transfers.word(event.reason)
    if event.kind in HOLDS:
        return hold_reason(event.reason)
    if event.kind in REFERRALS:
        return referral_why(event.reason)
    return why_longer(event.reason)


def referral_why(code: str) -> str:
    """Say why an organ sent a package back, or with what result; one that is gone by its id."""
    district = app_state().district
    found = district.referrals.back.get(code) or district.outcomes.get(code)
    return found.zh if found else code


def _unit_word(event: Event) -> str:
    """Name the unit of an event, or the organ outside; what is gone since by its id."""
    district, unit_id = app_state().district, event.unit or ""
    if event.kind in REFERRALS:
        return district.referrals.word(unit_id)
    unit = district.units.get(unit_id)
    return unit.zh if unit else unit_id


def outcome_word(decision: Decision, district: District) -> str:
    """Say for what reason a decision was made; empty where it has none of outcomes.yml."""
    is_decision = decision.kind is EventKind.DECIDED
    outcome = district.outcomes.get(decision.reason) if is_decision else None
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
    return {
        # A list: JSON objects are sent with sorted keys, and the order of the form is wanted.
        "fields": [[field.name, field.word] for field in FIELDS],
        "choices": {
            field.name: _zh(district.options(field.name)) for field in FIELDS if field.has_options
        },
        "flags": {"minor": _("未成年人"), "official": _("公职人员"), "danger": _("有危险")},
        "kinds": {"supplement": _("补充"), "danger": _("有危险"), "withdraw": _("请求撤回")},
        "people": {"staff": _("工作人员"), "reporter": _("举报人")},
        # What the reporter reads after each decision.
        "reads": {status.value: _(STATUSES[status].reporter) for status in MOVE},
        "sentences": _sentences(),
        "grounds": {ground.value: str(word) for ground, word in GROUNDS.items()},
        "upper": district.ways.upper,
        "keys": {
            "title": _("键盘"),
            "close": _("关闭"),
            "off": _("不用单个字母的快捷键"),
        },
    }


def _zh(options: Any) -> dict[str, str]:
    found: dict[str, Choice] = options
    return {choice.id: choice.zh for choice in found.values()}


def _sentences() -> dict[str, str]:
    return {
        "locked": _("这个页签已经锁定，看不到内容。"),
        "no_key": _("您手里没有这个单位的密钥，打不开这条线索。请找本单位负责人。"),
        "old_key_only": _("您手里只有本单位的旧密钥，只打得开旧线索。请找持钥人把新密钥交给您。"),
        "not_opened": _("注意：这条线索打不开。内容可能被改过，也可能是表单下发了假的公钥。"),
        "not_opened_do": _("不要删除。马上告诉管理员，一起核对指纹。"),
        "kept_opened": _("警告：重新加密后打不开。下面是旧密文里的内容，没有丢失。"),
        "kept_differs": _("警告：重新加密后和原来不一样。下面是旧密文里原来的内容。"),
        "kept_by": _("是 %(name)s 在 %(day)s 重新加密的。请马上告诉单位负责人和安全审计员。"),
        "kept_restore": _("恢复旧密文"),
        "kept_not_restored": _("没有恢复成功。请刷新这一页，再试一次。"),
        "junk": _("打开了，可里面不是线索，是乱写的东西。"),
        "junk_do": _("多半是机器乱发的，也可能原来的被人换掉了。拿不准，告诉本单位负责人。"),
        "junk_note": _("里面是乱的，不显示。"),
        "fingerprint": _("您手里这把密钥的指纹：%(found)s"),
        "lock_false": _("注意：表单现在下发的公钥，和您手里的密钥不是一对。"),
        "lock_false_do": _("新线索可能落到别人手里。马上告诉管理员，先停收线索。"),
        "lock_offered": _("表单下发的公钥的指纹：%(found)s"),
        "lock_unchecked": _("没能核对表单下发的公钥。请刷新这一页。"),
        "label_not_opened": _("打不开"),
        "label_uncopied": _("还没有同事在队列里看到过它"),
        "labels_false": _("警告：能看类型和地点的分派员名单是假的，没有替他们加密。"),
        "labels_false_do": _("服务器可能被人改过。马上告诉安全审计员。"),
        "custodial": _("专管线索"),
        "astray": _("注意：写的人不让本单位看这一条，它却到了这里。服务器可能被人改过。"),
        "astray_do": _("请不要办，也不要告诉别人。马上告诉安全审计员。"),
        "other_tip": _("打开的内容不是这个编号的。请不要据此办理，马上告诉本单位负责人。"),
        "chain": _("第 %(n)s 条对不上：可能被改过、少了一条，或换了位置。请不要据此办理。"),
        "untrusted": _("这条不能相信，内容不显示。"),
        "question_gone": _("状态是等举报人补充，可是问的话不见了，或者不能相信。"),
        "contact_closed": _("这个文件用本单位的密钥打不开。请看上面，该哪个单位先开。"),
        "contact_no_file": _("这不是联系方式的文件。请选从线索页保存的文件。"),
        "talk_broken": _("往来内容对不上，请马上告诉本单位负责人。"),
        "reads": _("举报人会看到："),
        "purge": _("按保存规定，%(n)s 天后删除内容。"),
        "second": _("专管线索这样办，要上一级的负责人核对。对方同意了才算。"),
        "two": _("这样结束，要另一个人打开看过、同意了才算。因为："),
        "two_why": _("请先写明为什么。内容会加密，只有本单位的人看得到。"),
        "two_excluded": _("举报人不让上一级知道这条，不能请那里同意。请改选不提前删除的结果。"),
        "two_sent": _("已提交 %(n)s 条，%(bad)s 条没有提交成功。请在线索页上看。"),
        "two_one": _("正在提第 %(n)s 条，共 %(all)s 条。"),
        "clear_failed": _("没有记下。请再按一次。"),
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
        "seal_failed": _("没能加密，什么也没有发出。请重新解锁后再试。"),
        "empty": _("请先写下要说的话。"),
    }
