"""Who may do what at the desk and what holds it, as the papers and `dengshao permissions` tell it.

The rows come from `ALLOWED` and `HELD_BY_KEY`; what stands here besides are words. A test holds the
public security page and SECURITY.md to this table, line by line.
"""

from collections.abc import Collection
from typing import Final

from ..access.permissions import (
    ALLOWED,
    HELD_BY_KEY,
    Act,
)
from ..access.roles import ROLES
from .words import ACT

ROLES_EN: Final = {
    "registrar": "registrar",
    "analyst": "analyst",
    "reviewer": "reviewer",
    "custodian": "custodian of tips about officials",
    "dispatcher": "dispatcher",
    "auditor": "security auditor",
    "counter": "counter",
    "payer": "payer",
    "administrator": "administrator",
}
GROUPS: Final = (
    ("看线索的人", "readers", ("registrar", "analyst", "reviewer", "custodian")),
    ("作判断的人", "judges", ("analyst", "reviewer", "custodian")),
    ("负责人", "heads", ("reviewer", "custodian")),
)
"""Names for roles that go together, the widest first."""

ACT_EN: Final[dict[Act, str]] = {
    Act.QUEUE: "see the queue, without any words",
    Act.OPEN: "open a tip",
    Act.CLAIM: "claim a tip",
    Act.RELEASE: "give a tip back",
    Act.ASSIGN: "assign a tip",
    Act.LABEL: "put on working labels",
    Act.URGENCY: "change the urgency",
    Act.WRITE: "ask or answer the reporter",
    Act.READY: "write the unit's ready answers",
    Act.NOTE: "write a note",
    Act.GRADE: "grade a tip",
    Act.DECIDE: "decide",
    Act.EXTEND: "give more time",
    Act.BACKLOG: "see what the unit has in hand, as counts",
    Act.LINK: "tie tips of one event together",
    Act.MERGE: "merge duplicates",
    Act.TRANSFER: "pass a tip on to another unit",
    Act.TAKE_OVER: "take over what another unit passed on",
    Act.HAND_BACK: "hand it back",
    Act.FETCH_BACK: "fetch back what nobody took over",
    Act.REFER: "refer a tip to an organ outside",
    Act.CHASE: "note a return slip, ask how it stands",
    Act.BULK: "act on many tips at once",
    Act.SEARCH: "search by number, day and label",
    Act.ENTER: "enter what somebody told",
    Act.CONTACT: "open a contact block",
    Act.HOLD: "ask for a legal hold or its release",
    Act.GRANT_HOLD: "grant a legal hold or its release",
    Act.REWARD: "ask for a reward",
    Act.GRANT_REWARD: "grant a reward",
    Act.CASE_FILE: "print or export a case file",
    Act.BULLETIN: "write a text about closed matters",
    Act.AGREE_BULLETIN: "agree to its publication",
    Act.ROSTER: "set the duty roster",
    Act.HANDOVER: "write a hand-over note",
    Act.SPEAK_CODE: "speak an invitation's code",
    Act.COUNTERSIGN: "be the second person",
    Act.VOUCH: "let a dispatcher read category and township",
    Act.UNVOUCH: "let them read it no more",
    Act.COPY_LABEL: "seal category and township once more for them",
    Act.SEE_LABEL: "read category and township so sealed",
    Act.RECUSE: "say that one has a part in a tip",
    Act.RECUSALS: "be told of that, and undo it",
    Act.HAND_ON: "hand the unit's key to a new member",
    Act.CONFIRM_KEY: "confirm a key's fingerprint",
    Act.RENEW_KEY: "renew the unit's key",
    Act.RESEAL: "seal tips anew to the new key",
    Act.RECOVER: "recover by the printed sheet",
    Act.INVITE: "invite a member",
    Act.SUSPEND: "suspend a member",
    Act.DEPART: "see to a member's departure",
    Act.ADDRESSES: "set the duty room's addresses",
    Act.AUDIT: "read the audit log",
    Act.CHECKPOINT: "print a checkpoint",
    Act.COUNTS: "see the counts",
    Act.PAY: "check a code, strike it out",
    Act.PUBLISH: "confirm numbers for publication, or send them back",
    Act.WORKLOAD: "see how the queue stands, as counts",
}

KEYS: Final[dict[Act, tuple[str, str]]] = {
    Act.OPEN: ("本单位的", "the unit's"),
    Act.WRITE: ("在线索里面", "inside the tip"),
    Act.TRANSFER: (
        "本单位的；原来的留到对方接收、第二个人核对",
        "the unit's; the old bytes stay until the other unit took it over and a second browser "
        "compared",
    ),
    Act.CONTACT: ("两个单位的，先后用", "of two units, one after the other"),
    Act.HAND_ON: ("本单位的", "the unit's"),
    Act.VOUCH: (
        "本单位的；只给亲耳核对过核对码的分派员",
        "the unit's, for a dispatcher whose 核对码 the head has heard",
    ),
    Act.SEE_LABEL: ("分派员自己的", "the dispatcher's own"),
    Act.RENEW_KEY: ("本单位旧的那把", "the unit's old one"),
    Act.RESEAL: (
        "旧的和新的两把；旧密文保留到第二个人核对",
        "the old one and the new one; the old bytes stay until a second browser has opened both",
    ),
    Act.RECOVER: ("纸上的两半", "the two halves on paper"),
    Act.CASE_FILE: ("本单位的；做了要记下", "the unit's; each is logged"),
    Act.REWARD: (
        "在线索里面；另一位负责人看过、同意才算",
        "inside the tip; another member who is a head must have read it, and agree",
    ),
    Act.GRANT_REWARD: (
        "在线索里面；提的人自己不能同意",
        "inside the tip; never by who asked",
    ),
}
"""Which key it is, for each act that one holds."""

MORE: Final[dict[Act, tuple[str, str]]] = {
    Act.DECIDE: (
        "可能埋没线索的结束，要第二个人看过、同意；"
        "专管线索要提前删除的，要上一级的负责人同意；就在上一级的，要那里的另一位",
        "an end that could bury a tip takes a second person; what lies on the way for officials is "
        "deleted early only if a head of the unit above agrees, there another one",
    ),
    Act.TAKE_OVER: (
        "打开过，内容对得上",
        "who opened it, and found what was sealed",
    ),
    Act.FETCH_BACK: (
        "对方没接，写的人也没有新话",
        "while nobody took it over and the reporter wrote nothing since",
    ),
    Act.REFER: (
        "受理以后；专管线索只转纪检监察和上一级；送出了才算转办",
        "once it was taken up; what lies on the way for officials goes to discipline and "
        "supervision or to the level above alone; it counts as referred only once it has left",
    ),
    Act.BULK: (
        "有危险的不成批结束，别的也只能提请；专管线索不成批办结、不成批改紧急程度",
        "never ends what has danger in it, and asks for all other ends; never ends or regrades "
        "what lies on the way for officials",
    ),
    Act.HOLD: (
        "本单位另一位负责人同意才算",
        "another member who is a head of the unit must agree",
    ),
    Act.GRANT_HOLD: (
        "提的人自己不能同意",
        "never by who asked",
    ),
    Act.AGREE_BULLETIN: (
        "不是写的人；改一个字就要重新同意",
        "never by who wrote it; a changed word takes it back",
    ),
    Act.SPEAK_CODE: (
        "监督单位没有别的负责人时，由上一级的念",
        "for the last custodian's successor, by a head of the unit above",
    ),
    Act.COUNTERSIGN: (
        "本单位的：不是提的人，打开看过才算；监督单位和上一级的负责人，互为第二个人",
        "in the own unit not who asked, and who has read the tip; heads of the supervisory unit "
        "and of the one above it for each other",
    ),
    Act.RECUSALS: (
        "自己的不能自己取消",
        "never one's own",
    ),
    Act.SUSPEND: (
        "监督单位、上一级的最后一位负责人，要对方单位同意",
        "for the last head of the supervisory unit or the one above, a head of the other agrees",
    ),
    Act.PAY: (
        "一个码只能销一次；一天最多错 20 次",
        "a code is struck out once; twenty wrong ones a day",
    ),
    Act.DEPART: (
        "负责人只管本单位的；停用还是系统管理员来",
        "heads for their own unit; the suspension itself is the administrator's",
    ),
    Act.PUBLISH: (
        "做草稿的人自己不能确认",
        "never by who made the draft",
    ),
}
"""What the server's rules ask for besides the role."""


def rows(lang: str) -> list[tuple[str, str, str]]:
    """Give each act with who may do it and what holds it, in Chinese (`zh`) or English (`en`)."""
    return [
        (_act(act, lang), _people(roles, lang), _held(act, lang)) for act, roles in ALLOWED.items()
    ]


def table(lang: str) -> str:
    """Write the table as the papers hold it, in Markdown."""
    heads = {"zh": ("做什么", "谁可以", "靠什么"), "en": ("act", "who may", "held by")}
    lines = [heads[lang], ("---", "---", "---"), *rows(lang)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _act(act: Act, lang: str) -> str:
    return ACT_EN[act] if lang == "en" else str(ACT[act])


def _people(roles: Collection[str], lang: str) -> str:
    left, named = set(roles), []
    for chinese, english, members in GROUPS:
        if set(members) <= left:
            named.append(english if lang == "en" else chinese)
            left -= set(members)
    words = ROLES_EN if lang == "en" else ROLES
    named += [str(words[role]) for role in ROLES if role in left]
    return (", " if lang == "en" else "、").join(named)


def _held(act: Act, lang: str) -> str:
    is_english = lang == "en"
    if act in HELD_BY_KEY:
        which = KEYS[act][is_english]
        return f"**key**: {which}" if is_english else f"密钥：{which}"
    more = MORE.get(act, ("", ""))[is_english]
    rules = "server's rules" if is_english else "规则"
    return f"{rules}{': ' if is_english else '；'}{more}" if more else rules
