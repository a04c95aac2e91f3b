"""The questions of a tip, declared once, in the order in which they are asked.

Forms, the desk, the browser's code and the tests are made from this list: a new field stands here,
and in the catalogue of translations. A field of choices has its options in content/data/. What
decides a tip's way or cannot be done without comes first (decision 77).
"""

import enum
from dataclasses import dataclass
from typing import Final

from .words import N_

UNCLEAR: Final = "unclear"
"""The option that says that somebody does not know."""


class Kind(enum.StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LINE = "line"
    SELECT = "select"
    RADIO = "radio"
    CHECKS = "checks"


@dataclass(frozen=True)
class Field:
    """One question. Words are Chinese; pages translate the reporter's."""

    name: str
    kind: Kind
    question: str
    word: str
    """What the desk calls the answer."""
    hint: str = ""
    staff_hint: str | None = None
    """The hint for staff who ask somebody; None where it is the reporter's."""
    missing: str = ""
    """What is said where nothing was answered; empty where nothing need be."""
    most: int = 0
    """Characters that a written answer may have."""
    too_long: str = ""
    rows: int = 3
    is_unclear: bool = False
    """Whether `UNCLEAR` is chosen at first."""
    is_further: bool = False
    """Whether a tip is complete without it: the public form asks it behind 再多说几句."""

    @property
    def has_options(self) -> bool:
        return self.kind in (Kind.SELECT, Kind.RADIO, Kind.CHECKS)

    @property
    def hint_for_staff(self) -> str:
        return self.hint if self.staff_hint is None else self.staff_hint


_MORE_MAX: Final = 500
_MORE_TOO_LONG: Final = N_("这一栏最多写 500 个字。请删短一些。")


def _more(name: str, question: str, word: str, hint: str, staff_hint: str = "") -> Field:
    """Return a field for further words, which may stay empty."""
    return Field(
        name,
        Kind.TEXT,
        question,
        word,
        hint,
        staff_hint,
        most=_MORE_MAX,
        too_long=_MORE_TOO_LONG,
        is_further=True,
    )


FIELDS: Final = (
    Field(
        "what",
        Kind.TEXT,
        N_("发生了什么？"),
        "发生了什么",
        N_("什么时候、怎么做的、有几次。别写猜的。"),
        "什么时候、怎么做的、有过几次。最多 2000 字。",
        missing=N_("请写下您看到或听到的事。"),
        most=2000,
        too_long=N_("最多写 2000 个字。多的可以发出后再补充。"),
        rows=4,
    ),
    Field("township", Kind.SELECT, N_("乡镇、街道？"), "乡镇街道", is_unclear=True),
    Field(
        "place",
        Kind.LINE,
        N_("大概位置？"),
        "地点",
        N_("比如“村口桥头”。"),
        missing=N_("请写个大概地方。比如“村口桥头”。"),
        most=200,
        too_long=N_("地点最多写 200 个字。请写短一些。"),
    ),
    Field(
        "official",
        Kind.RADIO,
        N_("有没有公职人员、村干部牵涉在内？"),
        "涉及公职人员或村干部",
        N_("选“有”，只送监督单位或它的上一级，别的单位看不到。"),
        "选“有”，只送监督单位或它的上一级，您打不开。",
        is_unclear=True,
    ),
    Field(
        "category",
        Kind.SELECT,
        N_("是哪一类的事？"),
        "类型",
        N_("选对了，直接送到管这事的单位。拿不准就不选。"),
        "拿不准，就选“不清楚”。",
        is_unclear=True,
        is_further=True,
    ),
    Field(
        "when",
        Kind.RADIO,
        N_("什么时候的事？"),
        "时间",
        N_("正在发生的，会先看。"),
        is_unclear=True,
        is_further=True,
    ),
    Field(
        "minor",
        Kind.RADIO,
        N_("有没有孩子（未满 18 岁）受害？"),
        "涉及未成年人",
        N_("有孩子受害，会先看。"),
        is_unclear=True,
        is_further=True,
    ),
    Field(
        "exclude",
        Kind.CHECKS,
        N_("哪些单位不能看到这条线索？"),
        "不能让这些单位看到",
        N_("怕哪里走漏消息，就勾上。不清楚就不勾。"),
        "问一句：哪些单位不能看到？不清楚就不勾。",
        is_further=True,
    ),
    _more(
        "who",
        N_("涉及哪些人？"),
        "涉及的人",
        N_("查起来快。叫什么、几个人。不知道就空着。"),
        "说的是对方反映的人。叫什么、几个人。",
    ),
    _more(
        "objects",
        N_("有什么车、房子、账号、电话？"),
        "车辆、场所、账号",
        N_("有这些好查。比如车的颜色、对方的账号。"),
        "比如车的颜色、被反映的人的账号。",
    ),
    _more(
        "harm",
        N_("造成了什么后果？"),
        "造成的后果",
        N_("好分轻重。有人受伤、丢钱、不敢做生意？"),
    ),
    Field(
        "basis",
        Kind.RADIO,
        N_("您是怎么知道的？"),
        "消息来源",
        N_("看到的、听来的，查法不一样。"),
        is_further=True,
    ),
    _more("fear", N_("您担心什么？"), "担心的事", N_("我们会更小心。比如怕被认出来。")),
    Field(
        "answer",
        Kind.RADIO,
        N_("愿意凭查询码回来回答问题吗？"),
        "愿意回答问题",
        N_("工作人员可能有问题要问您。不用留电话。"),
        "告诉对方：凭查询码回来看，不用留电话。",
        is_further=True,
    ),
)

NAMES: Final = frozenset(field.name for field in FIELDS)
