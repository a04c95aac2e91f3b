"""Marks lines of the audit log that deserve a look. Each rule says its reason; nobody is scored.

A rule is a small pure function of one line, what the same member did before it, and what was known
of that moment. A mark stands at a line and asks "why?"; no count of marks by member exists.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import wraps
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from ..audit.macs import AuditLine

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
BURST: Final = 600
"""Seconds of pause after which reading is another burst."""
LOOK_BACK: Final = 30 * DAY
"""How far back a rule looks at most."""
READ: Final = frozenset({"opened", "transfer_read"})
"""Acts with which words go to a member's browser: to read them, or to pass a tip on or back."""
OTHERS: Final = frozenset({"cover", "review", "compare", "unsaid"})
"""Reasons for opening a tip that a colleague holds."""
ABOUT_MEMBERS: Final = frozenset(
    {"invite", "invite_end", "invite_code", "suspended", "factors_reset", "key_handed"}
)
"""Acts whose detail is the name of the member they are about."""
_EAST: Final = 8 * HOUR
_EPOCH: Final = date(1970, 1, 1)
_SECONDED: Final = frozenset({"second_asked", "second_given", "second_refused"})
_ENDED: Final = frozenset({"closed", "out_of_scope"})


@dataclass(frozen=True)
class Around:
    """What is known of the moment of a line, besides the log of the member's own acts."""

    on_duty: frozenset[tuple[str, date]] = frozenset()
    """Members and the days on which they stand in the duty roster."""
    moves: Mapping[str | None, Sequence[tuple[int, str]]] = field(default_factory=dict)
    """For each reference, the numbers of the lines that moved the tip, and its status then."""
    resealed: Mapping[str | None, Sequence[int]] = field(default_factory=dict)
    """For each reference, when the tip came back under the key in use."""
    now: int = 0


Rule = Callable[[AuditLine, Sequence[AuditLine], Around], bool]
"""Judges a line. `before` holds the member's own lines in their order; later ones do not count."""


def no_reason(line: AuditLine, _before: Sequence[AuditLine], _around: Around) -> bool:
    return line.act == "opened" and line.detail == "unsaid"


def many_of_others(line: AuditLine, before: Sequence[AuditLine], _around: Around) -> bool:
    if line.act != "opened" or line.detail not in OTHERS:
        return False
    opened = [one for one in _lately(line, before, DAY, "opened") if one.detail in OTHERS]
    return len({one.reference for one in opened}) >= 10


def many_at_once(line: AuditLine, before: Sequence[AuditLine], _around: Around) -> bool:
    read = _lately(line, before, 600, *READ) if line.act in READ else []
    return len({one.reference for one in read}) >= 20


def at_night(line: AuditLine, _before: Sequence[AuditLine], around: Around) -> bool:
    hour = _hour(line)
    return line.act in READ and (hour >= 22 or hour < 6) and not _has_duty(line, around)


def unusual_hour(line: AuditLine, before: Sequence[AuditLine], around: Around) -> bool:
    """Compare with the hours of the last 30 days, once there are enough of them to tell."""
    if line.act not in READ or _has_duty(line, around):
        return False
    read = _lately(line, before, LOOK_BACK, *READ)
    hours = Counter(_hour(one) for one in read if _day(one) != _day(line))
    here = _hour(line)
    return hours.total() >= 20 and not any(hours[(here + near) % 24] for near in (-1, 0, 1))


def again_after_the_end(line: AuditLine, before: Sequence[AuditLine], around: Around) -> bool:
    if line.act != "opened":
        return False
    moves = [move for move in around.moves.get(line.reference, ()) if move[0] < line.number]
    if not moves or moves[-1][1] not in _ENDED:
        return False
    ended_at = moves[-1][0]
    opened = [
        one
        for one in _lately(line, before, LOOK_BACK, "opened")
        if one.reference == line.reference and one.number > ended_at
    ]
    return len(opened) >= 3


def trying_numbers(line: AuditLine, before: Sequence[AuditLine], _around: Around) -> bool:
    return line.act == "not_there" and len(_lately(line, before, HOUR, "not_there")) >= 3


def refused_often(line: AuditLine, before: Sequence[AuditLine], _around: Around) -> bool:
    return line.act == "refused" and len(_lately(line, before, HOUR, "refused")) >= 5


def read_and_not_resealed(line: AuditLine, _before: Sequence[AuditLine], around: Around) -> bool:
    """Look whether what was taken out for a new lock came back; a tip with one is not given out."""
    if line.act != "reseal_read" or around.now < line.at + HOUR:
        return False
    return not any(line.at <= at < line.at + HOUR for at in around.resealed.get(line.reference, ()))


def own_membership(line: AuditLine, _before: Sequence[AuditLine], _around: Around) -> bool:
    return line.act in ABOUT_MEMBERS and line.detail == line.by


def end_by_two(line: AuditLine, _before: Sequence[AuditLine], _around: Around) -> bool:
    """Mark each end of a tip that took two people, asked for, granted or refused."""
    return line.act in _SECONDED and line.detail.startswith("close ")


def once(rule: Rule, gap: int) -> Rule:
    """Mark the first line of a burst alone: one sitting is one question, however much was read.

    A burst ends where the rule stops to hold, or with a pause of `gap` seconds.
    """

    @wraps(rule)
    def judged(line: AuditLine, before: Sequence[AuditLine], around: Around) -> bool:
        if not rule(line, before, around):
            return False
        acts = READ if line.act in READ else {line.act}
        earlier = [one for one in _lately(line, before, gap, *acts) if one.number < line.number]
        return not earlier or not rule(earlier[0], before, around)

    return judged


RULES: Final[tuple[tuple[Rule, Any], ...]] = (
    (once(no_reason, BURST), _l("打开同事领办的线索，没有说明原因")),
    (once(many_of_others, DAY), _l("一天里打开同事领办的线索，到了 10 条")),
    (once(many_at_once, BURST), _l("十分钟里打开的线索，到了 20 条")),
    (once(at_night, HOUR), _l("夜里打开线索，值班表上没有这个人")),
    (once(unusual_hour, HOUR), _l("这个钟点，最近 30 天里没有打开过线索")),
    (again_after_the_end, _l("办结以后，又第三次打开这条线索")),
    (trying_numbers, _l("一小时里找了 3 次本单位没有的编号")),
    (refused_often, _l("一小时里被拒绝了 5 次")),
    (read_and_not_resealed, _l("取出线索准备重新加密或核对，一小时内没有完成")),
    (own_membership, _l("办的是自己的成员资格")),
    (end_by_two, _l("两个人办的结束：一个人提，另一个人答")),
)
"""Each rule with the reason that the page shows."""


def marks_of(line: AuditLine, before: Sequence[AuditLine], around: Around) -> list[str]:
    """Give the reasons for which a line deserves a look; mostly none."""
    return [str(reason) for rule, reason in RULES if rule(line, before, around)]


def _lately(
    line: AuditLine, before: Sequence[AuditLine], seconds: int, *acts: str
) -> list[AuditLine]:
    """Give the lines of acts up to this one, the newest first, no older than so many seconds."""
    found: list[AuditLine] = []
    for place in range(bisect_right(before, line.number, key=_number) - 1, -1, -1):
        one = before[place]
        if one.at <= line.at - seconds:
            break
        if one.act in acts:
            found.append(one)
    return found


def _number(line: AuditLine) -> int:
    return line.number


def _hour(line: AuditLine) -> int:
    """Tell the hour in Asia/Shanghai, which keeps one time all year."""
    return (line.at + _EAST) // HOUR % 24


def _day(line: AuditLine) -> date:
    return _EPOCH + timedelta(days=(line.at + _EAST) // DAY)


def _has_duty(line: AuditLine, around: Around) -> bool:
    """Tell whether the member is on duty; a shift lasts until the next morning."""
    days = {_day(line)}
    if _hour(line) < 9:
        days.add(_day(line) - timedelta(days=1))
    return any((line.by, day) in around.on_duty for day in days)
