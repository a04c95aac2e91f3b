"""What the codes of the audit log are called on the auditor's page."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..access.permissions import Act
from ..audit.faults import Fault, Finding, Report
from ..audit.log import is_reference
from ..district.data import Choice, District
from ..tip.channels import CHANNELS
from ..tip.events import EVENT_WORDS, REFERRALS, Event, EventKind
from ..tip.status import STATUSES
from ..tip.urgency import GRADES
from .gate_words import GATE_DONE, GATE_FAILED, GATE_FAULTS

ACT: Final[dict[Act, Any]] = {
    Act.QUEUE: _l("看队列，看不到内容"),
    Act.OPEN: _l("打开线索"),
    Act.CLAIM: _l("领办"),
    Act.RELEASE: _l("放回队列"),
    Act.ASSIGN: _l("分派"),
    Act.LABEL: _l("贴工作标签"),
    Act.URGENCY: _l("改紧急程度"),
    Act.WRITE: _l("问举报人、回复"),
    Act.READY: _l("写常用答复"),
    Act.NOTE: _l("写内部记录"),
    Act.GRADE: _l("给线索评级"),
    Act.DECIDE: _l("作出决定"),
    Act.EXTEND: _l("延长期限"),
    Act.BACKLOG: _l("看本单位在办的数"),
    Act.LINK: _l("标成同一件事"),
    Act.MERGE: _l("合并重复的线索"),
    Act.TRANSFER: _l("转给别的单位"),
    Act.TAKE_OVER: _l("接收转来的线索"),
    Act.HAND_BACK: _l("退回转来的线索"),
    Act.FETCH_BACK: _l("收回没人接的线索"),
    Act.REFER: _l("转给外单位"),
    Act.CHASE: _l("记回执、催问外单位"),
    Act.BULK: _l("成批处理"),
    Act.SEARCH: _l("按编号、日期、标签搜索"),
    Act.ENTER: _l("代录来电来访"),
    Act.CONTACT: _l("打开联系方式"),
    Act.HOLD: _l("申请保全、解除保全"),
    Act.GRANT_HOLD: _l("同意保全、解除保全"),
    Act.REWARD: _l("提请给奖励"),
    Act.GRANT_REWARD: _l("同意给奖励"),
    Act.CASE_FILE: _l("打印、导出案卷"),
    Act.BULLETIN: _l("写办结通报"),
    Act.AGREE_BULLETIN: _l("同意公布办结通报"),
    Act.ROSTER: _l("排值班表"),
    Act.HANDOVER: _l("写交班记录"),
    Act.SPEAK_CODE: _l("出邀请的口头码"),
    Act.COUNTERSIGN: _l("当第二个人，核对要事"),
    Act.VOUCH: _l("让分派员看类型和地点"),
    Act.UNVOUCH: _l("不再让分派员看"),
    Act.COPY_LABEL: _l("替分派员加密类型和地点"),
    Act.SEE_LABEL: _l("看加密的类型和地点"),
    Act.RECUSE: _l("声明线索和自己有关系"),
    Act.RECUSALS: _l("得知回避，取消回避"),
    Act.HAND_ON: _l("把单位的密钥交给新成员"),
    Act.CONFIRM_KEY: _l("核对单位的密钥"),
    Act.RENEW_KEY: _l("换单位的密钥"),
    Act.RESEAL: _l("用新密钥重新加密"),
    Act.RECOVER: _l("用恢复单恢复密钥"),
    Act.INVITE: _l("邀请成员"),
    Act.SUSPEND: _l("停用成员"),
    Act.DEPART: _l("登记有人要离开"),
    Act.ADDRESSES: _l("设值班邮箱"),
    Act.AUDIT: _l("看审计记录"),
    Act.CHECKPOINT: _l("打印核对点"),
    Act.COUNTS: _l("看统计数"),
    Act.PAY: _l("核领取码、销码"),
    Act.PUBLISH: _l("确认公布的数字，或者退回"),
    Act.WORKLOAD: _l("看办理情况的数"),
}
"""Each act as the pages name it; the table on the security page has the same words."""

FAILED: Final[dict[str, Any]] = {
    "refused": _l("没有权限，被拒绝"),
    "not_there": _l("找的编号不是本单位的"),
    "sign_in_failed": _l("登录没有成功"),
    "second_failed": _l("两步验证没有通过"),
    "invite_wrong_code": _l("邀请的口头码不对"),
    "invite_refused": _l("邀请被拒绝"),
    "key_confirm_wrong": _l("核对密钥时，核对码对不上"),
    "handover_refused": _l("密钥没有交出去"),
    "vouch_refused": _l("给分派员核对时，核对码对不上"),
    "labels_refused": _l("能看类型和地点的名单是假的，没有替他们加密"),
    "setup_wrong_code": _l("首次设置码不对"),
    "reward_unknown": _l("核领取码：没有这个码"),
    **GATE_FAILED,
}
"""What did not go through."""

DONE: Final[dict[str, Any]] = {
    "opened": _l("打开了线索"),
    "acted": _l("办理了线索"),
    "file_opened": _l("打开了附件"),
    **{
        kind.value: _l(EVENT_WORDS[kind].word)
        for kind in (
            *(EventKind.FILE_COPIED, EventKind.FILE_TAKEN),
            *(EventKind.CASE_PRINTED, EventKind.CASE_EXPORTED),
        )
    },
    "assigned": _l("分派了线索"),
    "labelled": _l("贴了工作标签"),
    "invite": _l("发出邀请"),
    "invite_end": _l("收回邀请"),
    "invite_code": _l("出了邀请的口头码"),
    "joined": _l("成了成员"),
    "suspended": _l("停用了成员"),
    "suspended_alone": _l("停用了最后一位负责人，没有第二个人同意"),
    "replaced": _l("接替了忘记口令的成员"),
    "second_asked": _l("请第二个人同意"),
    "second_given": _l("作为第二个人，同意了"),
    "second_refused": _l("作为第二个人，没有同意"),
    "second_lapsed": _l("请第二个人同意的事，作废了"),
    "bulletin_agreed": _l("同意公布一条办结通报，写的人是"),
    "bulletin_refused": _l("不同意公布一条办结通报，写的人是"),
    "bulletin_taken_back": _l("改了或删了已经同意的办结通报，同意作废"),
    "bulletin_held": _l("办结通报不合新的清单，没有公布，同意作废"),
    "bulletin_published": _l("公布了一条办结通报"),
    "review_drawn": _l("结束以后，抽到要复查"),
    "review_agreed": _l("复查过，认为办得对"),
    "review_reopened": _l("复查过，认为不对，重新办理"),
    "review_recorded": _l("复查过，认为不对，记下了"),
    "cleared": _l("确认线索和自己没有关系"),
    "recused": _l("声明线索和自己有关系，回避了"),
    "recusal_lifted": _l("取消了成员的回避"),
    "setup": _l("做了首次设置"),
    "unit_key_made": _l("生成了单位的密钥"),
    "key_confirmed": _l("核对了单位的密钥"),
    "key_published": _l("公布了单位的密钥"),
    "label_reader_added": _l("核对了分派员的核对码，让他看类型和地点"),
    "label_reader_ended": _l("不再让分派员看类型和地点"),
    "key_handed": _l("把密钥交给了成员"),
    "key_renewed": _l("换了单位的密钥"),
    "next_key_made": _l("有人要离开，先生成了新密钥"),
    "next_key_dropped": _l("作废了先生成的新密钥"),
    "key_switched": _l("启用了先生成的新密钥"),
    "departure_begun": _l("登记了成员要离开"),
    "departure_off": _l("取消了离开，成员留下"),
    "departure_done": _l("成员离开的事都办完了"),
    "key_recovered": _l("用恢复单换了单位的密钥"),
    "reseal_read": _l("取出线索，准备重新加密"),
    "resealed": _l("用新密钥重新加密了线索"),
    "reseal_checked": _l("第二个人核对了重新加密的线索"),
    "reseal_doubted": _l("发现重新加密后打不开，或者内容不一致"),
    "reseal_restored": _l("把线索恢复为旧密文"),
    "transfer_read": _l("取出线索，准备转出、接收或者退回"),
    "transfer_compared": _l("取出转出的线索，准备核对"),
    "transfer_checked": _l("第二个人核对了转出的线索"),
    "transfer_doubted": _l("发现转出的线索和原来的不一样"),
    "referral_packed": _l("做好转给外单位的材料，校验值是"),
    "referral_read": _l("看了转给外单位的留底"),
    "transfer_differs": _l("接收时发现内容和转出的对不上"),
    "factor_added": _l("加了一种两步验证"),
    "factor_removed": _l("去掉了一种两步验证"),
    "factors_reset": _l("替成员清除了两步验证"),
    "recovery_codes_made": _l("换了登录的恢复码"),
    "recovery_code_used": _l("用了登录的恢复码"),
    **GATE_DONE,
    "session_ended": _l("结束了自己的登录"),
    "duty_set": _l("排了值班"),
    "duty_week": _l("排了一周的值班"),
    "duty_removed": _l("去掉了值班"),
    "duty_repeated": _l("照上周排了值班"),
    "ready_saved": _l("写了常用答复"),
    "ready_deleted": _l("删除了常用答复"),
    "handover_written": _l("写了交班记录"),
    "entered": _l("代录了线索"),
    "practice_filled": _l("放进练习线索"),
    "practice_cleared": _l("清掉练习线索"),
    "numbers_drafted": _l("做了公布数字的草稿"),
    "numbers_confirmed": _l("作为第二个人，确认公布数字"),
    "numbers_sent_back": _l("把公布数字的草稿退回了"),
    "numbers_written": _l("写出了公布的数字"),
    "numbers_adopted": _l("认下了以前公布的数字"),
    "edge_log_opened": _l("登记了持有人打开网络日志"),
    "reward_checked": _l("核了一个领取码"),
    "reward_paid": _l("销了一个领取码"),
    "reward_resumed": _l("恢复备份以后，补销了付过的，重新开始兑付"),
    "exported": _l("导出了审计记录"),
    "checkpoint": _l("打印了核对点"),
    "verified": _l("核对了整个记录"),
    "rewound": _l("数据库恢复到了以前一刻，在这里接上"),
}
_DETAIL: Final[dict[str, Any]] = {
    "own": _l("自己领办的"),
    "triage": _l("还没人领"),
    "cover": _l("替同事办"),
    "review": _l("复核"),
    "compare": _l("和另一条比对"),
    "unsaid": _l("没有说明原因"),
    "GET": _l("看页面"),
    "POST": _l("提交"),
    "passkey": _l("通行密钥"),
    "touch": _l("一触解锁"),
    "totp": _l("一次性验证码"),
    "code": _l("恢复码"),
    "one": _l("其中一个"),
    "others": _l("其他全部"),
    **{channel.value: _l(word) for channel, word in CHANNELS.items()},
    "link": _l("没有账户，凭第二个链接"),
    "command_line": _l("命令行"),
    # What a second person is asked for, and why it takes two.
    "suspend": _l("停用成员"),
    "close": _l("结束线索"),
    "sealed": _l("可能涉公职"),
    "unopened": _l("没有人打开过"),
    "urgent": _l("危急或当日"),
    "danger": _l("有危险"),
    "minor": _l("未成年人"),
    "early": _l("30 天内删除"),
    "mass": _l("成批提的"),
    "ok": _l("完整"),
    "faults": _l("有不对的"),
    "to": _l("给"),
    **GATE_FAULTS,
    # Why a browser handed no key on.
    "fingerprint": _l("核对码对不上"),
    "roster": _l("成员名单对不上"),
    "recipient": _l("成员的密钥对不上"),
    "unknown": _l("没有说明原因"),
    # Why somebody is to be shut out.
    "left": _l("离职、调岗"),
    "lost": _l("忘了口令，丢了卡"),
    "leak": _l("可能泄露了密钥或内容"),
    "other": _l("别的原因，电话里说"),
    # What an act did with its tip, and where that left it.
    **{kind.value: _l(told.word) for kind, told in EVENT_WORDS.items() if "%(" not in told.word},
    **{
        Event(EventKind.REGRADED, urgency=level).code: _l("改为%(word)s", word=_l(grade.word))
        for level, grade in GRADES.items()
    },
    **{status.value: _l("现为%(word)s", word=_l(told.staff)) for status, told in STATUSES.items()},
}
_VALUES: Final[dict[str, Any]] = {
    "unwritten": _l("另有 %(value)s 次没有记"),
    "left": _l("还剩 %(value)s 个"),
    "member": _l("成员：%(value)s"),
    "opening": _l("打开记录 %(value)s"),
    "hours": _l("%(value)s 个小时"),
    "lines": _l("%(value)s 行"),
    "sum": _l("校验值 %(value)s"),
}
_NO_REASON: Final = Choice("", "", "")
_LABELLING: Final = {"+": EventKind.LABELLED, "-": EventKind.UNLABELLED}
_ABOUT_ANOTHER: Final = {
    kind.value: kind for kind, told in EVENT_WORDS.items() if "%(other)s" in told.word
}
_FAULT: Final = {
    Fault.CHANGED: _l("被改过"),
    Fault.REMOVED: _l("少了行"),
    Fault.INSERTED: _l("是后来塞进去的，不是本系统写的"),
    Fault.MOVED: _l("换了位置"),
    Fault.UNPROVED: _l("前一行被改，这一行没法证明"),
    Fault.CUT: _l("后面的行不见了"),
    Fault.END_MARK: _l("末尾的记号不见了，或者是假的"),
    Fault.CHECKPOINT: _l("和纸上的核对点不一样，记录可能整个重写过"),
    Fault.NO_SM3: _l("从这一行起的 SM3 校验值都不见了"),
}


def hold_codes(reasons: Mapping[str, Any]) -> dict[str, str]:
    """Word what each step of a hold is in the log, with its reason."""
    steps = (
        *(EventKind.HOLD_ASKED, EventKind.HOLD_SET, EventKind.HOLD_RENEWED),
        *(EventKind.RELEASE_ASKED, EventKind.HOLD_RELEASED, EventKind.HOLD_REFUSED),
    )
    told = {
        Event(kind, reason=row.id).code: (str(_(EVENT_WORDS[kind].word)), row.zh)
        for kind in steps
        for row in reasons.values()
    }
    return {
        code: word % {"why": why} if "%(why)" in word else f"{word}：{why}"
        for code, (word, why) in told.items()
    }


def transfer_codes(district: District) -> dict[str, str]:
    """Name what a tip's way to another unit, or back, stands as in the log."""
    reasons = district.transfers
    ways = (EventKind.TRANSFERRED, reasons.on), (EventKind.HANDED_BACK, reasons.back)
    return {
        Event(kind, reason, unit=unit.id).code: _(EVENT_WORDS[kind].word)
        % {"unit": unit.zh, "why": why.zh}
        for kind, whys in ways
        for reason, why in whys.items()
        for unit in district.units.values()
    }


def referral_codes(district: District) -> dict[str, str]:
    """Name what each step of a referral outside stands as in the log."""
    outcomes = district.outcomes.values()
    whys: dict[EventKind, Iterable[Choice]] = {
        EventKind.REFERRAL_MADE: outcomes,
        EventKind.REFERRAL_SENT: outcomes,
        EventKind.REFERRAL_BACK: district.referrals.back.values(),
        EventKind.REFERRAL_RESULT: outcomes,
    }
    return {
        Event(kind, why.id, unit=organ.id).code: _(EVENT_WORDS[kind].word)
        % {"unit": organ.zh, "why": why.zh}
        for kind in REFERRALS
        for why in whys.get(kind, [_NO_REASON])
        for organ in district.referrals.organs.values()
    }


def act_word(code: str) -> str:
    """Name what a line did; a code that has no word yet stands as it is."""
    acts: dict[str, Any] = {act.value: word for act, word in ACT.items()}
    return str(FAILED.get(code) or DONE.get(code) or acts.get(code) or code)


def detail_words(detail: str, codes: Mapping[str, str]) -> str:
    """Say a line's codes in words; names of members and numbers stand as they are."""
    acts: dict[str, Any] = {act.value: word for act, word in ACT.items()}
    known = {**codes, **acts, **_DETAIL}
    whole = known.get(detail)
    parts = [whole] if whole else [_part_word(part, known) for part in detail.split(" ")]
    return str(_("，")).join(str(part) for part in parts)


def _part_word(part: str, known: Mapping[str, Any]) -> str:
    """Say one code; what names another tip or a label is said with its name."""
    if part in known:
        return str(known[part])
    if part[:1] in _LABELLING and part[1:] in known:
        return str(_(EVENT_WORDS[_LABELLING[part[0]]].word) % {"label": known[part[1:]]})
    name, mark, value = part.partition("=")
    if mark and name in _VALUES:
        return str(_VALUES[name] % {"value": value})
    kind, _mark, other = part.partition("_")
    if kind in _ABOUT_ANOTHER and is_reference(other):
        return str(_(EVENT_WORDS[_ABOUT_ANOTHER[kind]].word) % {"other": other})
    return part


def finding_words(finding: Finding) -> str:
    """Say in one sentence which line is wrong, and how."""
    where = _("第 %(n)s 行", n=finding.number)
    if finding.fault in (Fault.REMOVED, Fault.CUT) and finding.also > finding.number:
        where = _("第 %(n)s 到 %(m)s 行", n=finding.number, m=finding.also)
    what = str(_FAULT[finding.fault])
    if finding.fault is Fault.MOVED:
        what = _("换了位置，原来是第 %(m)s 行", m=finding.also)
    if finding.act and finding.fault is not Fault.REMOVED:
        where += _("（%(by)s：%(act)s）", by=finding.by, act=act_word(finding.act))
    if finding.by_macs:
        what += _("（%(macs)s 对不上）", macs=_("、").join(finding.by_macs))
    return str(_("%(where)s：%(what)s。", where=where, what=what))


def sm3_words(report: Report) -> str:
    """Say how far SM3 reaches: an auditor knows from before at which line it began."""
    if report.sm3_from is None:
        return str(_("SM3 校验还没有开始：升级以后写的第一行起才有。"))
    return str(_("SHA-256 从第 1 行起，SM3 从第 %(n)s 行起。", n=report.sm3_from))
