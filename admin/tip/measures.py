"""What is measured, declared once: each measure's words, what it means, and what it is made of.

Made of the numbers of `counted`, which are kept when something happens, or of lines of the
audit log, which is never shortened. None needs a key. What cannot be had honestly is not here: how
many calls for help were never answered (a tip is counted with its answer), how long an organ
outside takes (it answers by paper, days late), anything by place or kind of matter (sealed).
"""

import enum
from dataclasses import dataclass
from typing import Final

from .channels import CHANNELS
from .counted import (
    FOUND,
    IN_TIME,
    LATE,
    NOT_FOUND,
    OTHER,
    Family,
    Grain,
)


class Kind(enum.StrEnum):
    COUNT = "count"
    """How often something happened: additive."""
    MEDIAN = "median"
    """The bucket of days in which the middle one lies; of no sum."""


@dataclass(frozen=True)
class Measure:
    """One thing that is measured."""

    id: str
    zh: str
    en: str
    means: str
    """What is counted, and when: for the data dictionary."""
    means_en: str
    grain: Grain
    family: Family | None = None
    """None: counted from the audit log by `acts`."""
    part: str | None = None
    """A part of the family; None: all of it."""
    by_group: bool = False
    kind: Kind = Kind.COUNT
    acts: tuple[str, ...] = ()
    """Acts of the audit log, each with the beginning of its detail where it needs one."""
    parts: tuple[tuple[str, ...], ...] = ()
    """Each way in which others make this one, leaving nothing out, in all groups together."""


_CHANNEL_EN: Final = {"form": "online form", "phone": "phone", "letter": "letter", "visit": "visit"}
_ORGANS: Final = {
    "department": ("转主管部门", "Referred to a department"),
    "supervision": ("转纪检监察", "Referred to discipline and supervision"),
    "police": ("转别处公安机关", "Referred to other police"),
    OTHER: ("转其他机关", "Referred elsewhere"),
}
_OUTCOMES: Final = {
    FOUND: ("办结：查实，或者部分查实", "Closed: substantiated, wholly or partly"),
    NOT_FOUND: ("办结：查否、线索不足、已掌握", "Closed: unfounded, too little, known already"),
    OTHER: ("办结：其他（重复、撤回、测试等）", "Closed: otherwise (duplicate, withdrawn, test…)"),
}
_STEPS: Final = (
    ("read", "第一次打开", "first read", Family.DAYS_READ, Family.KEPT_READ),
    ("accepted", "受理", "taken up", Family.DAYS_ACCEPTED, Family.KEPT_ACCEPTED),
    ("closed", "办结", "closed", Family.DAYS_CLOSED, Family.KEPT_CLOSED),
)


def _kept_parts(step: str) -> tuple[str, ...]:
    """Name what a step was by its deadlines: each that is counted is one or the other."""
    return tuple(f"{step}_{part}" for part in (IN_TIME, LATE))


def _counts() -> tuple[Measure, ...]:
    month, year = Grain.MONTH, Grain.YEAR
    channels = tuple(f"received_{channel}" for channel in CHANNELS)
    organs = tuple(f"referred_{organ}" for organ in _ORGANS)
    outcomes = tuple(f"closed_{outcome}" for outcome in _OUTCOMES)
    received, referred, closed = Family.RECEIVED, Family.REFERRED, Family.CLOSED
    return (
        Measure(
            *("received", "收到", "Received"),
            "收到的线索，按收到的月。疑似机器发送的不算；有人从那里取出来的，按取出的月算。",
            "Tips that came in, by the month in which they came. What machines may have "
            "sent is left out; what somebody took out of there counts in the month of "
            "that day.",
            *(month, received),
            by_group=True,
            parts=(channels,),
        ),
        *(
            Measure(
                f"received_{channel}",
                f"收到：{word}",
                f"Received: {_CHANNEL_EN[channel]}",
                "同上，按怎么来的分。",
                "The same, by how they came.",
                *(month, received, channel.value),
            )
            for channel, word in CHANNELS.items()
        ),
        Measure(
            *("accepted", "受理", "Taken up"),
            "第一次受理，按受理的月。重新办理的不再算。",
            "Taken up for the first time, by the month of that day. Taken up again, it is"
            " not counted again.",
            *(month, Family.ACCEPTED),
            by_group=True,
            parts=(_kept_parts("accepted"),),
        ),
        Measure(
            *("referred", "转办", "Referred"),
            "材料第一次送到外单位，按送出的月。一条线索转几家，只算第一家。",
            "The documents left for an organ outside for the first time, by the month of "
            "that day. Of several organs only the first counts.",
            *(month, referred),
            by_group=True,
            parts=(organs,),
        ),
        *(
            Measure(
                f"referred_{organ}",
                *words,
                *("同上，按机关种类分。", "The same, by kind of organ."),
                month,
                referred,
                organ,
            )
            for organ, words in _ORGANS.items()
        ),
        Measure(
            *("closed", "办结", "Closed"),
            "第一次办结，按办结的月。办结不等于查实，也不等于举报人说错了。",
            "Closed for the first time, by the month of that day. It does not mean that "
            "it was proved, nor that the reporter was wrong.",
            *(month, closed),
            by_group=True,
            parts=(outcomes, _kept_parts("closed")),
        ),
        *(
            Measure(
                f"closed_{part}",
                *words,
                *("同上，按第一次办结的结果分。", "The same, by how it was first closed."),
                month,
                closed,
                part,
            )
            for part, words in _OUTCOMES.items()
        ),
        Measure(
            *("out_of_scope", "不归这里办", "Out of scope"),
            "第一次定为不归这里办，只有全年一个数，不分原因、不分单位。",
            "Found for the first time not to belong here: one number of a year, by no "
            "reason and no unit.",
            *(year, Family.OUT_OF_SCOPE),
        ),
    )


def _bare(step: str) -> str:
    """Leave out of a step's name that it is the first: each meaning says so itself."""
    return step.removeprefix("第一次").removeprefix("first ")


def _shapes() -> tuple[Measure, ...]:
    quarter = Grain.QUARTER
    medians = tuple(
        Measure(
            f"days_{step}",
            f"到{zh}的天数（中位数）",
            f"Days until {en} (median)",
            f"从收到那天到第一次{_bare(zh)}，取中间那一条所在的天数段。按{zh}的季度。",
            f"Days from the day it came until it was first {_bare(en)}: the range in which the "
            "middle one lies. By the quarter of the second day.",
            *(quarter, days),
            kind=Kind.MEDIAN,
        )
        for step, zh, en, days, _kept in _STEPS
    )
    kept = tuple(
        Measure(
            f"{step}_{part}",
            f"{zh}：{word}",
            f"{en.capitalize()}: {word_en}",
            f"第一次{_bare(zh)}的时候，从收到算起的期限是不是都没过；没有期限的算按期。按{zh}的季度。",
            "Whether every time that runs from the day it came was kept when it was first"
            f" {_bare(en)}; where none ran, it was. By the quarter of that day.",
            *(quarter, family, part),
        )
        for step, zh, en, _days, family in _STEPS
        for part, word, word_en in ((IN_TIME, "按期", "in time"), (LATE, "超期", "late"))
    )
    return (*medians, *kept)


def _others() -> tuple[Measure, ...]:
    quarter = Grain.QUARTER
    return (
        Measure(
            *("danger_in_time", "危险求助：按时看到", "Calls for help: read in time"),
            "举报人第一次说自己有危险，之后有人打开，没有过期限。按打开的季度，没打开的还没算。",
            "A reporter said for the first time that they were in danger, and somebody "
            "read it before the deadline. By the quarter in which it was read; what "
            "nobody has read is not counted yet.",
            *(quarter, Family.DANGER, IN_TIME),
        ),
        Measure(
            *("danger_late", "危险求助：超期才看到", "Calls for help: read late"),
            "同上，过了期限才有人打开。",
            "The same, read after the deadline.",
            *(quarter, Family.DANGER, LATE),
        ),
        Measure(
            *("lane", "疑似机器发送", "Perhaps sent by machines"),
            "来的时候单独放的，按季度，只有一个数。占多少，拿它和“收到”比。",
            "Set apart when they came, by quarter: one number. For its share, hold it "
            "against those received.",
            *(quarter, Family.LANE),
        ),
        Measure(
            *("log_requests", "打开网络日志", "Log of connections opened"),
            "打开加密的网络日志，登记进审计记录的次数。",
            "How often the locked log of connections was opened, as written in the audit log.",
            quarter,
            acts=("edge_log_opened",),
        ),
        Measure(
            *("two_person", "两个人定的事", "Decided by two people"),
            "要第二个人同意的事，第二个人同意或者不同意的次数：办结、停用成员、保全。",
            "How often a second person agreed or did not, where one is needed: closing, "
            "suspending a member, holds.",
            quarter,
            acts=(
                *("second_given", "second_refused"),
                *("acted hold_set", "acted hold_renewed", "acted hold_released"),
                "acted hold_refused",
            ),
        ),
    )


MEASURES: Final = {one.id: one for one in (*_counts(), *_shapes(), *_others())}
