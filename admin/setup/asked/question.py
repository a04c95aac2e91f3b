"""What a question of the sitting is, and a step: some questions that belong together.

A step is asked as one, and tried as one where there is something to try (tries.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from . import checks
from .answers import Answers, Row, said

Data = Mapping[str, Mapping[str, Any]]
"""The files of content/data, as they are before."""
Check = Callable[[str, checks.Known], str]
NONE: Final = "没有就直接按回车"


class Kind(Enum):
    LINE = auto()
    CHOICE = auto()
    SECRET = auto()
    """Typed unseen, and never among the answers that are kept."""
    YES = auto()
    ROWS = auto()
    """As many as there are, one a line."""
    NAMES = auto()
    """A name for each of those that there are."""


def _always(_answers: Answers) -> bool:
    return True


def when(key: str, *values: str) -> Callable[[Answers], bool]:
    return lambda answers: said(answers, key) in values


@dataclass(frozen=True)
class Question:
    """One thing that is asked."""

    key: str
    words: str
    why: str
    check: Check = checks.words
    kind: Kind = Kind.LINE
    default: str | Callable[[Answers], str] = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    is_asked: Callable[[Answers], bool] = _always
    may_lack: bool = False
    """Whether nothing is an answer, too."""
    rows: tuple[Row, ...] = ()
    """What there is before, of `ROWS` and `NAMES`."""

    def usual(self, answers: Answers) -> str:
        return self.default if isinstance(self.default, str) else self.default(answers)


@dataclass(frozen=True)
class Step:
    """Some questions that belong together."""

    id: str
    title: str
    questions: tuple[Question, ...]
    trial: str = ""
    """The name of what is tried once they are answered (tries.py)."""
