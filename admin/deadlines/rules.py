"""The clocks: until when what must be done with a tip. Pure: facts come in, deadlines go out.

The rules stand in content/data/deadlines.yml. A clock knows days and no hours; what it is told of a
reporter are the day of receipt and the days of their messages, which the history keeps anyway.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from ..tip.events import EVENT_WORDS, REFERRALS, STOPPING, EventKind, Level
from ..tip.status import OPEN_STATUSES, TipStatus
from ..tip.urgency import Urgency
from .working_days import WorkingDays, end_of


@dataclass(frozen=True)
class Step:
    """One line of a tip's history, as far as a clock looks at it."""

    day: date
    old: TipStatus
    new: TipStatus
    kind: EventKind
    reason: str
    """Of a decision: its id in outcomes.yml."""
    is_staff: bool
    unit: str | None = None
    """Of a step of a referral: the organ outside."""

    @property
    def organ(self) -> str | None:
        """Return the organ outside with which this has to do, if any."""
        return self.unit if self.kind in REFERRALS else None

    @property
    def is_read(self) -> bool:
        """Tell whether who did this has read the tip, or has settled what becomes of it."""
        is_more = self.old is not self.new or not EVENT_WORDS[self.kind].is_by_cover
        return self.is_staff and is_more


@dataclass(frozen=True)
class Facts:
    """What is known of a tip without opening it."""

    received_on: date
    urgency: Urgency
    is_supervisory: bool = False
    """Whether it lies with the unit for tips about officials."""
    steps: tuple[Step, ...] = ()
    extended_on: date | None = None
    is_open: bool = True


@dataclass(frozen=True)
class Rule:
    """One deadline of deadlines.yml."""

    id: str
    zh: str
    start: str
    length: int
    unit: str
    met_by: frozenset[str]
    urge: tuple[tuple[Level, int], ...]
    source: str
    is_law: bool
    urgencies: frozenset[Urgency] = frozenset(Urgency)
    supervisory_only: bool = False
    outcomes: frozenset[str] = frozenset()
    """Reasons of a referral to which it applies; none means all."""
    not_outcomes: frozenset[str] = frozenset()
    rolls: bool = True
    """Whether what ends on a day off ends on the next working day instead."""

    def stops(self, step: Step) -> bool:
        """Tell whether this step meets the deadline."""
        if step.is_read and "read" in self.met_by:
            return True
        if step.kind in STOPPING and step.kind in self.met_by:
            return True
        return step.old is not step.new and step.new in self.met_by


@dataclass(frozen=True)
class ExtensionReason:
    """Why a reviewer gives more time."""

    id: str
    zh: str


@dataclass(frozen=True)
class Extension:
    """How a reviewer may give the result more time, once."""

    rule: str
    days: int
    not_after: str
    reasons: tuple[ExtensionReason, ...]


@dataclass(frozen=True)
class Retention:
    """For how long the words of an ended tip are kept, and how long before it is told."""

    ended_days: int
    notice_days: int
    handover_days: int
    """For how long what one shift told the next is kept."""
    source: str


@dataclass(frozen=True)
class Deadline:
    """One deadline of one tip."""

    rule: Rule
    start: date
    due: date
    met_on: date | None

    def is_late(self, day: date) -> bool:
        """Tell whether it was met too late, or has run out by `day`."""
        return (self.met_on or day) > self.due


@dataclass(frozen=True)
class Clocks:
    """A district's deadlines and its calendar."""

    rules: tuple[Rule, ...]
    extension: Extension
    retention: Retention
    calendar: WorkingDays
    mark: str
    """A text that changes whenever the same history could lead to other days."""
    _arrivals: dict[tuple[date, Urgency, bool], Deadline | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    def deadlines(self, facts: Facts) -> tuple[Deadline, ...]:
        """Make all deadlines that the tip has, the next one first.

        Those of an ended tip that nothing met are gone: there is nothing left to be done.
        """
        run = _run(facts)
        found = [row for rule in self.rules for row in self._of_rule(rule, facts, run)]
        found = self._held_back(found)
        kept = [row for row in found if row.met_on is not None or facts.is_open]
        return tuple(sorted(kept, key=lambda row: row.due))

    def next_due(self, facts: Facts) -> Deadline | None:
        """Find the first deadline that is not met yet."""
        return next((row for row in self.deadlines(facts) if row.met_on is None), None)

    def at_arrival(self, day: date, urgency: Urgency, *, is_supervisory: bool) -> Deadline | None:
        """Find the first deadline of a tip that comes in: remembered, for the form's path."""
        key = day, urgency, is_supervisory
        if key not in self._arrivals:
            if len(self._arrivals) >= 2 * 2 * len(Urgency):
                self._arrivals.clear()
            self._arrivals[key] = self.next_due(Facts(day, urgency, is_supervisory))
        return self._arrivals[key]

    def urges(self, facts: Facts, day: date) -> list[tuple[Rule, Level]]:
        """List who is to be told by `day` of which deadline that ran out, now or before.

        On a day off nobody is told anything: it waits for the next working day.
        """
        if self.calendar.is_off(day):
            return []
        return [
            (row.rule, level)
            for row in self.deadlines(facts)
            if row.met_on is None and row.due < day
            for level, count in row.rule.urge
            if end_of(self.calendar, row.due, count, "working") <= day
        ]

    def may_extend(self, facts: Facts, day: date) -> bool:
        """Tell whether more time can still be given: once, and before the time is over."""
        longer = [row for row in self.deadlines(facts) if row.rule.id == self.extension.rule]
        return not _is_extended(facts) and any(
            row.met_on is None and day <= row.due for row in longer
        )

    def _of_rule(self, rule: Rule, facts: Facts, run: Sequence[Step]) -> Iterable[Deadline]:
        """Make the rule's deadline, or none where the tip has none of that kind."""
        if facts.urgency not in rule.urgencies:
            return
        if rule.supervisory_only and not facts.is_supervisory:
            return
        begun = _beginning(rule, facts, run)
        if begun is None:
            return
        start, after = begun
        length = rule.length
        if rule.id == self.extension.rule and _is_extended(facts):
            length += self.extension.days
        met_on = next((step.day for step in after if rule.stops(step)), None)
        due = end_of(self.calendar, start, length, rule.unit, rolls=rule.rolls)
        yield Deadline(rule, start, due, met_on)

    def _held_back(self, found: list[Deadline]) -> list[Deadline]:
        """Let the deadline that may be made longer never pass the last one of all."""
        last = [row.due for row in found if row.rule.id == self.extension.not_after]
        return [
            Deadline(row.rule, row.start, min(row.due, *last), row.met_on)
            if last and row.rule.id == self.extension.rule
            else row
            for row in found
        ]


def is_reopening(step: Step) -> bool:
    """Tell whether an ended tip opened again: its clocks run anew from that day."""
    return step.old not in OPEN_STATUSES and step.new in OPEN_STATUSES


def started_on(facts: Facts) -> date:
    """Find the day from which the tip's clocks run."""
    return next(
        (step.day for step in reversed(facts.steps) if is_reopening(step)), facts.received_on
    )


def _run(facts: Facts) -> Sequence[Step]:
    """Give the steps since the tip came in, or since it last opened again."""
    last = max((n for n, step in enumerate(facts.steps, 1) if is_reopening(step)), default=0)
    # The reopening itself is the first act of the new run: a member who reopens has read the tip.
    return facts.steps[max(last - 1, 0) :]


def _is_extended(facts: Facts) -> bool:
    return facts.extended_on is not None and facts.extended_on >= started_on(facts)


def _beginning(rule: Rule, facts: Facts, run: Sequence[Step]) -> tuple[date, Sequence[Step]] | None:
    """Find the day from which the rule runs, and the steps that can meet it."""
    if rule.start in _OUTSIDE:
        return _outside(rule, run)
    if rule.start == "worked":
        return _last_worked(rule, run)
    start = started_on(facts), run
    if rule.start == "transferred":
        return _last(run, lambda step: step.kind is EventKind.TRANSFERRED)
    if rule.start == "alarm":
        return _last(run, lambda step: step.kind is EventKind.DANGER) or start
    return start


_OUTSIDE: Final[dict[str, frozenset[EventKind]]] = {
    "referred": frozenset({EventKind.REFERRAL_MADE}),
    "handed": frozenset({EventKind.REFERRAL_SENT}),
    "chased": frozenset(
        {EventKind.REFERRAL_SENT, EventKind.REFERRAL_SLIP, EventKind.REFERRAL_CHASED}
    ),
}
"""Steps of a referral from which a rule may run, for each organ by itself; the last one counts."""


def _outside(rule: Rule, run: Sequence[Step]) -> tuple[date, Sequence[Step]] | None:
    """Find the referral that has waited longest: its last beginning, and what came of it.

    Where none waits, the one that began last. A tip may be with several organs at a time.
    """
    begun: dict[str | None, int] = {}
    for n, step in enumerate(run):
        if _begins(rule, step):
            begun[step.organ] = n
    found = [(n, _of_organ(run[n + 1 :], organ)) for organ, n in begun.items()]
    waiting = [one for one in found if not any(map(rule.stops, one[1]))]
    if not found:
        return None
    n, after = min(waiting, key=_place) if waiting else max(found, key=_place)
    return run[n].day, after


def _place(found: tuple[int, Sequence[Step]]) -> int:
    return found[0]


def _begins(rule: Rule, step: Step) -> bool:
    if step.kind in REFERRALS:
        return step.kind in _OUTSIDE[rule.start] and _is_of_rule(rule, step)
    return rule.start == "referred" and _is_referral(rule, step)


def _of_organ(steps: Sequence[Step], organ: str | None) -> Sequence[Step]:
    """Leave out what came of referrals to other organs."""
    return [step for step in steps if step.organ in (None, organ)]


def _last(
    run: Sequence[Step], is_wanted: Callable[[Step], bool]
) -> tuple[date, Sequence[Step]] | None:
    """Find the last such step: its day, and what came after it."""
    last = next((n for n in reversed(range(len(run))) if is_wanted(run[n])), None)
    return None if last is None else (run[last].day, run[last + 1 :])


def _last_worked(rule: Rule, run: Sequence[Step]) -> tuple[date, Sequence[Step]] | None:
    """Find the last day of work on a tip that was taken up, before it ended or was passed on."""
    taken = _last(run, _is_taking_up)
    if taken is None:
        return None
    day, after = taken
    end = next((n for n, step in enumerate(after) if rule.stops(step)), len(after))
    return max([day, *(step.day for step in after[:end] if _is_work(step))]), after[end:]


def _is_taking_up(step: Step) -> bool:
    return step.new is TipStatus.ACCEPTED and step.old is not TipStatus.ACCEPTED


def _is_work(step: Step) -> bool:
    return step.is_read or (step.is_staff and step.kind is EventKind.REGRADED)


def _is_referral(rule: Rule, step: Step) -> bool:
    """Tell whether a tip was referred by word alone, as it was done before packages were made."""
    if step.new is not TipStatus.REFERRED or step.old is TipStatus.REFERRED:
        return False
    return _is_of_rule(rule, step)


def _is_of_rule(rule: Rule, step: Step) -> bool:
    """Tell whether a referral has the reason for which the rule is."""
    return step.reason not in rule.not_outcomes and step.reason in (rule.outcomes or {step.reason})


def calendar_gap(clocks: Clocks, day: date) -> str:
    """Tell the operator that days off are guessed for a clock that starts on `day`; or nothing."""
    if not clocks.calendar.is_guess(end_of(clocks.calendar, day, 3, "months")):
        return ""
    return (
        f"放假安排只知道到 {clocks.calendar.known_until}。再往后先按周末和法定固定假日算。"
        "请升级 chinesecalendar，或者填写 content/data/holidays.yml。"
    )
