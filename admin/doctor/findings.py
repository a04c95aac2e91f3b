"""What `dengshao doctor` says of one matter."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    GOOD = "好"
    BAD = "要改"
    UNKNOWN = "不知道"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it stands, and what to do where it is not well."""

    matter: str
    state: State
    words: str
    todo: str = ""


def good(matter: str, words: str) -> Finding:
    return Finding(matter, State.GOOD, words)


def bad(matter: str, words: str, todo: str) -> Finding:
    return Finding(matter, State.BAD, words, todo)


def unknown(matter: str, words: str, todo: str = "") -> Finding:
    return Finding(matter, State.UNKNOWN, words, todo)
