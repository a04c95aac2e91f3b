"""What the year knows of each tip: its words, where they lie, who may open them, and until when.

The whole of it is copied when a backup is made, and put back when that backup is restored.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

ASKED_DAYS, NOTICE, KEPT_DAYS, ENDED_DAYS = 7, 14, 14, 180
UNITS = ("police", "drugs", "trade", "supervision", "upper")
TAKERS = ("supervision", "upper")
TIP, LABEL = ("tip", 0), ("label", 0)
PartName = tuple[str, int]


@dataclass(frozen=True)
class Part:
    """One sealed file: what it holds, and the key of a unit that opens it."""

    clear: bytes = field(repr=False)
    key: int


Parts = dict[PartName, Part]


@dataclass
class Passed:
    """One transfer, with the files of before for as long as they are kept."""

    number: int
    from_unit: str
    old_key: int
    by: str
    mac: str = field(repr=False)
    parts: Parts = field(repr=False)
    settled_on: date | None = None
    is_taken: bool | None = None
    is_checked: bool = False
    is_doubted: bool = False


@dataclass
class Renewed:
    """Files of before a unit's key was renewed, until a second browser has compared."""

    old_key: int
    by: str
    mac: str = field(repr=False)
    moved_on: date
    parts: Parts = field(repr=False)


@dataclass
class Ending:
    """An end that one asked for and another has to grant."""

    asker: str
    outcome: str
    note: int
    unit: str
    """Whose people answer: chosen when it was asked for."""
    is_by_head: bool


@dataclass
class Told:
    """What the model knows of one tip."""

    number: int
    reference: str
    lookup: bytes = field(repr=False)
    unit: str
    key: int
    parts: Parts
    excluded: frozenset[str] = frozenset()
    is_official: bool = False
    is_urgent: bool = False
    had: set[str] = field(default_factory=set)
    """The units that ever had it."""
    goes_on: date | None = None
    held: date | None = None
    asked: tuple[str, date, date | None, str] | None = None
    """The kind of the request that waits, its first day, the day it asks for, and who asks."""
    head: "Told | None" = field(default=None, repr=False)
    gone_on: date | None = None
    cleared: set[str] = field(default_factory=set)
    read: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Up to which message and note each member was shown it."""
    is_opened: bool = False
    """Somebody opened it by the page: its history says so."""
    recused: set[str] = field(default_factory=set)
    ties: set[int] = field(default_factory=set)
    passed: list[Passed] = field(default_factory=list)
    renewed: Renewed | None = None
    ending: Ending | None = None
    log: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.goes_on is None

    @property
    def pending(self) -> Passed | None:
        return next((one for one in self.passed if one.settled_on is None), None)

    @property
    def doubted(self) -> Passed | None:
        """The first transfer of which a second browser found that it changed the words."""
        return next((one for one in self.passed if one.is_doubted and one.is_taken), None)

    def count(self, kind: str) -> int:
        return sum(part == kind for part, _number in self.parts)

    def is_held(self, day: date) -> bool:
        """Tell whether a hold of its own runs, or is asked for and not answered."""
        asks = self.asked and self.asked[0] != "release"
        waits = asks and self.asked and day < self.asked[1] + timedelta(days=ASKED_DAYS)
        return bool((self.held and self.held >= day) or waits)

    def is_kept(self, day: date) -> bool:
        """Tell whether its hold, or that of its case, keeps all that hangs on it."""
        return self.is_held(day) or bool(self.head and self.head.is_held(day))

    def is_over(self, day: date) -> bool:
        """Tell whether its reporter is told that it is deleted, whatever became of it."""
        if self.gone_on is not None:
            return True
        is_due = self.goes_on is not None and self.goes_on <= day
        return is_due and not (self.head and self.head.is_open)

    def must_go(self, day: date) -> bool:
        if self.gone_on is not None or not self.is_over(day):
            return False
        return not self.is_kept(day)


def may_pass(at: str, to: str) -> bool:
    """Tell whether the server lets a tip go from one unit to another."""
    return at != to and (at not in TAKERS or to in TAKERS)


def may_lie(told: Told, unit: str) -> bool:
    """Tell whether its reporter lets it lie there: what members' browsers hold to."""
    return unit not in told.excluded and (not told.is_official or unit in TAKERS)


@dataclass
class Person:
    """A member, and the keys of their unit that they were given."""

    number: int
    name: str
    unit: str
    roles: tuple[str, ...]
    keys: set[int] = field(default_factory=set)
    is_suspended: bool = False

    @property
    def is_head(self) -> bool:
        return bool({"reviewer", "custodian"} & set(self.roles))


@dataclass
class World:
    """All of it, as it stands on one day."""

    tips: dict[int, Told] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    keys: dict[str, list[int]] = field(default_factory=dict)
    """The keys of each unit, the one in use last."""

    def staff(self, unit: str) -> list[Person]:
        return [one for one in self.people.values() if one.unit == unit and not one.is_suspended]

    def in_use(self, unit: str) -> int:
        return self.keys[unit][-1]

    def forget(self, told: Told, day: date) -> None:
        """Let the words of a tip be gone, with all that hung on it."""
        told.gone_on, told.parts, told.renewed = day, {}, None
        told.cleared, told.read = set(), {}
        for one in told.passed:
            one.parts = {}
        for other in told.ties:
            self.tips[other].ties.discard(told.number)
        told.ties = set()

    def who(self, told: Told, keys: Collection[int] = ()) -> list[Person]:
        """List who of a tip's unit sees it and holds these keys."""
        return [
            one
            for one in self.staff(told.unit)
            if one.name not in told.recused and one.keys >= set(keys)
        ]
