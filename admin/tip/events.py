"""What happens to a tip, declared once: each kind of event, its words, and what it carries.

A tip's history is a row of these. None holds free words.
"""

import enum
from dataclasses import dataclass
from typing import Final

from .urgency import Urgency


class EventKind(enum.StrEnum):
    DECIDED = "decided"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASSIGNED = "assigned"
    RUN_OUT = "claim_run_out"
    FIRST_READ = "first_read"
    ASKED = "asked"
    ANSWERED = "answered"
    REGRADED = "urgency"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    FETCHED_BACK = "fetched_back"
    EXTENDED = "extend"
    OVERDUE = "overdue"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    JOINED = "joined"
    PARTED = "parted"
    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    NOTED = "noted"
    GRADED = "graded"
    FILE_COPIED = "file_copied"
    FILE_TAKEN = "file_taken"
    MORE_WORDS = "more_words"
    DANGER = "danger"
    WITHDRAWN = "asked_to_withdraw"
    EXPIRED = "expired"
    HOLD_ASKED = "hold_asked"
    HOLD_SET = "hold_set"
    HOLD_RENEWED = "hold_renewed"
    RELEASE_ASKED = "release_asked"
    HOLD_RELEASED = "hold_released"
    HOLD_REFUSED = "hold_refused"
    CASE_PRINTED = "case_printed"
    CASE_EXPORTED = "case_exported"
    REWARD_ASKED = "reward_asked"
    REWARD_GIVEN = "reward_given"
    REWARD_REFUSED = "reward_refused"
    REFERRAL_MADE = "referral_made"
    REFERRAL_SENT = "referral_sent"
    REFERRAL_DROPPED = "referral_dropped"
    REFERRAL_SLIP = "referral_slip"
    REFERRAL_CHASED = "referral_chased"
    REFERRAL_BACK = "referral_back"
    REFERRAL_RESULT = "referral_result"
    REFERRAL_UNANSWERED = "referral_unanswered"


REFERRAL_ENDS: Final = (
    *(EventKind.REFERRAL_DROPPED, EventKind.REFERRAL_BACK),
    *(EventKind.REFERRAL_RESULT, EventKind.REFERRAL_UNANSWERED),
)
"""Events with which a package for an organ outside is settled."""
REFERRALS: Final = frozenset(
    {
        *(EventKind.REFERRAL_MADE, EventKind.REFERRAL_SENT),
        *(EventKind.REFERRAL_SLIP, EventKind.REFERRAL_CHASED),
        *REFERRAL_ENDS,
    }
)
"""Events of such a package; `unit` is then the organ, of organs.yml."""
STOPPING: Final = (
    *(EventKind.MOVED, EventKind.TAKEN_OVER, EventKind.HANDED_BACK, EventKind.FETCHED_BACK),
    *(EventKind.REFERRAL_SENT, EventKind.REFERRAL_SLIP, *REFERRAL_ENDS),
)
"""Events that may meet a deadline of deadlines.yml, beside the statuses that a tip reaches."""


class Level(enum.StrEnum):
    """Who is told that a deadline ran out, one after the other."""

    HOLDER = "holder"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class EventWord:
    """What is said of one kind of event at the desk and in the audit log."""

    word: str
    """Chinese; `%(name)s` is filled in with what the event carries."""
    is_by_cover: bool = False
    """Whether staff do it without opening the tip: a dispatcher holds no key."""


EVENT_WORDS: Final[dict[EventKind, EventWord]] = {
    EventKind.DECIDED: EventWord("作出决定"),
    EventKind.CLAIMED: EventWord("领办", is_by_cover=True),
    EventKind.RELEASED: EventWord("放回队列", is_by_cover=True),
    EventKind.ASSIGNED: EventWord("分派", is_by_cover=True),
    EventKind.RUN_OUT: EventWord("领办到期，放回队列"),
    EventKind.FIRST_READ: EventWord("第一次打开"),
    EventKind.ASKED: EventWord("向举报人提问"),
    EventKind.ANSWERED: EventWord("回复举报人"),
    EventKind.REGRADED: EventWord("把紧急程度改为%(word)s", is_by_cover=True),
    EventKind.MOVED: EventWord("已移交"),
    EventKind.TRANSFERRED: EventWord("转给%(unit)s：%(why)s"),
    EventKind.TAKEN_OVER: EventWord("接收转来的线索"),
    EventKind.HANDED_BACK: EventWord("退回%(unit)s：%(why)s"),
    EventKind.FETCHED_BACK: EventWord("对方没有接，收回转出的线索"),
    EventKind.EXTENDED: EventWord("延长期限：%(why)s"),
    EventKind.OVERDUE: EventWord("“%(rule)s”过期，催%(who)s"),
    EventKind.LINKED: EventWord("和 %(other)s 关联为同一件事", is_by_cover=True),
    EventKind.UNLINKED: EventWord("取消和 %(other)s 的关联", is_by_cover=True),
    EventKind.MERGED: EventWord("并入 %(other)s（同一件事）"),
    EventKind.JOINED: EventWord("%(other)s 并入了这一条", is_by_cover=True),
    EventKind.PARTED: EventWord("%(other)s 不再并入这一条", is_by_cover=True),
    EventKind.LABELLED: EventWord("加标记：%(label)s", is_by_cover=True),
    EventKind.UNLABELLED: EventWord("去掉标记：%(label)s", is_by_cover=True),
    EventKind.NOTED: EventWord("写了备注"),
    EventKind.GRADED: EventWord("评了级"),
    EventKind.FILE_COPIED: EventWord("转出了附件的副本"),
    EventKind.FILE_TAKEN: EventWord("取出了附件，要离线清理"),
    EventKind.MORE_WORDS: EventWord("补充了内容"),
    EventKind.DANGER: EventWord("说自己有危险"),
    EventKind.WITHDRAWN: EventWord("请求撤回"),
    EventKind.EXPIRED: EventWord("保存期满，删除内容"),
    EventKind.HOLD_ASKED: EventWord("申请保全：%(why)s", is_by_cover=True),
    EventKind.HOLD_SET: EventWord("同意保全：%(why)s", is_by_cover=True),
    EventKind.HOLD_RENEWED: EventWord("同意延长保全：%(why)s", is_by_cover=True),
    EventKind.RELEASE_ASKED: EventWord("申请解除保全", is_by_cover=True),
    EventKind.HOLD_RELEASED: EventWord("同意解除保全", is_by_cover=True),
    EventKind.HOLD_REFUSED: EventWord("没有同意保全申请", is_by_cover=True),
    EventKind.CASE_PRINTED: EventWord("打印了案卷页"),
    EventKind.CASE_EXPORTED: EventWord("导出了加密的案卷"),
    EventKind.REWARD_ASKED: EventWord("提请给奖励"),
    EventKind.REWARD_GIVEN: EventWord("同意给奖励，领取码发给了举报人"),
    EventKind.REWARD_REFUSED: EventWord("没有同意给奖励"),
    EventKind.REFERRAL_MADE: EventWord("做好了转给%(unit)s的材料"),
    EventKind.REFERRAL_SENT: EventWord("把材料送出，转给%(unit)s"),
    EventKind.REFERRAL_DROPPED: EventWord("转给%(unit)s的材料没有送出，作废"),
    EventKind.REFERRAL_SLIP: EventWord("收到%(unit)s的回执", is_by_cover=True),
    EventKind.REFERRAL_CHASED: EventWord("催问%(unit)s", is_by_cover=True),
    EventKind.REFERRAL_BACK: EventWord("%(unit)s退回：%(why)s", is_by_cover=True),
    EventKind.REFERRAL_RESULT: EventWord("%(unit)s告知结果：%(why)s", is_by_cover=True),
    EventKind.REFERRAL_UNANSWERED: EventWord("不再等%(unit)s答复", is_by_cover=True),
}


@dataclass(frozen=True)
class Event:
    """One event. Which of the fields are set hangs on its kind."""

    kind: EventKind
    reason: str = ""
    """By id: why it was decided, or what an organ said came of it (outcomes.yml), why it was held
    (holds.yml), passed on (transfers.yml), sent back by an organ (organs.yml) or got more time
    (deadlines.yml), or which label."""
    urgency: Urgency | None = None
    """The new one."""
    other: str | None = None
    """The reference of the other tip."""
    rule: str | None = None
    """The deadline that ran out."""
    level: Level | None = None
    """Who was told that it did."""
    unit: str | None = None
    """The unit to which the tip went, or went back; of a referral the organ outside."""

    @property
    def code(self) -> str:
        """The event as one word, as the audit log keeps it."""
        if self.kind is EventKind.DECIDED:
            return self.reason
        carried = (self.reason, self.urgency, self.other, self.rule, self.level, self.unit)
        return "_".join([self.kind, *(str(part) for part in carried if part)])
