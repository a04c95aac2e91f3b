"""What somebody can find out who must not, and by which published numbers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ..cells import Cell


class Kind(StrEnum):
    """What is wrong with what was published."""

    NARROW = "narrow"
    """A range is too narrow for one who knows nine tips."""
    GUESSED = "guessed"
    """A small one shows to who has worked out which are small and which protect another."""
    GROUP = "group"
    """Several withheld numbers that are small together cannot all be none."""
    TOO_SMALL = "too_small"
    """A number below k was shown, or one that is not rounded."""
    RESTATED = "restated"
    """One number was said twice, and the difference is small or tells of parts."""
    CONTRADICTION = "contradiction"
    """No table fits all that was said."""
    UNTRUE = "untrue"
    """What was said does not fit what is counted: one of them was changed."""


@dataclass(frozen=True, order=True)
class Said:
    """A number, and on which day it was published."""

    cell: Cell
    day: date
    value: int


@dataclass(frozen=True)
class Finding:
    kind: Kind
    cells: tuple[Cell, ...]
    low: int | None = None
    high: int | None = None
    """The range that is left; None where there is no end."""
    by: tuple[Said, ...] = ()


_WORDS = {
    Kind.NARROW: "范围太窄",
    Kind.GUESSED: "知道哪些数小，就能算出",
    Kind.GROUP: "几个隐去的数加起来很小，却不会全是 0",
    Kind.TOO_SMALL: "公布了太小的数，或者没有取整的数",
    Kind.RESTATED: "同一个数公布过两次，相减能看出少量几条",
    Kind.CONTRADICTION: "公布的数互相矛盾",
    Kind.UNTRUE: "公布过的数和留着的计数对不上",
}


_OF_ALL = (Kind.CONTRADICTION, Kind.UNTRUE)
"""About all that was said of a year, not about one range."""


def say(finding: Finding) -> str:
    """Tell an operator which number shows, and by which published ones."""
    cells = "、".join(str(cell) for cell in finding.cells)
    known = "" if finding.kind in _OF_ALL else f"（{_range(finding)}）"
    by = "，".join(f"{one.cell} = {one.value}（{one.day} 公布）" for one in finding.by)
    return f"{cells}：{_WORDS[finding.kind]}{known}。" + (f"根据：{by}。" if by else "")


def _range(finding: Finding) -> str:
    low = 0 if finding.low is None else finding.low
    return f"不小于 {low}" if finding.high is None else f"只能是 {low} 到 {finding.high}"
