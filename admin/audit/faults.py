"""What can be wrong with the audit log, and the checkpoint that an auditor keeps on paper."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Self

MOST_FAULTS: Final = 200
"""After so many the walk stops: the log is not the one that this server's key wrote."""


class Fault(enum.StrEnum):
    """What is wrong with a line, or with the log."""

    CHANGED = "changed"
    """It is not the line that was written."""
    REMOVED = "removed"
    """Lines that were written are missing."""
    INSERTED = "inserted"
    """It was never written by this server."""
    MOVED = "moved"
    """It was written, and stands in another place."""
    UNPROVED = "unproved"
    """Nothing tells whether it was changed, because the line before it was."""
    CUT = "cut"
    """The log ends before its end mark, or before a checkpoint."""
    END_MARK = "end_mark"
    """The mark of the last line is missing or false."""
    CHECKPOINT = "checkpoint"
    """The line is not the one that a checkpoint on paper names: the log was written anew."""
    NO_SM3 = "no_sm3"
    """The MACs by SM3 were taken out of all lines that had them."""


@dataclass(frozen=True)
class Finding:
    """One fault, with the line at which it shows."""

    fault: Fault
    number: int
    act: str = ""
    by: str = ""
    also: int = 0
    """The number that belongs to it: the last of the missing ones, where a moved line belongs."""
    by_macs: tuple[str, ...] = ()
    """Which of the two chains it breaks; none where the paper alone tells."""


@dataclass(frozen=True)
class Checkpoint:
    """A line's number and short MAC, as an auditor keeps them on paper."""

    number: int
    short: str
    """The MAC's first 24 hexadecimal digits: 96 bits."""

    DIGITS: ClassVar = 24

    def __str__(self) -> str:
        return f"{self.number} {' '.join(self.groups)}"

    @property
    def groups(self) -> list[str]:
        return [self.short[i : i + 4] for i in range(0, self.DIGITS, 4)]

    @classmethod
    def of(cls, number: int, mac: str) -> Self:
        return cls(number, mac[: cls.DIGITS])

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what was typed off a printed checkpoint. Raises `ValueError`."""
        plain = re.sub(r"\d{4}-\d{2}-\d{2}", " ", typed.strip().lower())
        number, _, rest = re.sub(r"[\s,.:·-]+", " ", plain).strip().partition(" ")
        short = rest.replace(" ", "")
        if not re.fullmatch(r"[0-9]{1,18}", number) or not re.fullmatch(r"[0-9a-f]{24}", short):
            raise ValueError("not a checkpoint")
        return cls(int(number), short)


@dataclass
class Report:
    """What a walk along the chain found."""

    lines: int = 0
    last: int = 0
    """The number of the last line that was read."""
    findings: list[Finding] = field(default_factory=list)
    sm3_from: int | None = None
    """The line from which on SM3 is there too; None where no line has it yet."""

    def with_more(self, found: Iterable[Finding]) -> Self:
        """Take up what was found otherwise; the same fault, found twice, stands once."""
        told = {(one.fault, one.number, one.also): one for one in self.findings}
        for one in found:
            key = one.fault, one.number, one.also
            before = told.get(key, replace(one, by_macs=()))
            told[key] = replace(before, by_macs=before.by_macs + one.by_macs)
        self.findings = sorted(told.values(), key=lambda one: one.number)
        return self

    @property
    def is_whole(self) -> bool:
        return not self.findings

    @property
    def is_stopped(self) -> bool:
        return len(self.findings) >= MOST_FAULTS
