"""What must happen with deadlines, written anew from domain.md 8 for the simulated year.

It shares no line with admin/deadlines/rules.py and reads no data file: days off are the notice's
own list, and what is pending is said in plain conditions.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)


def _span(month, first, last):
    return {date(2026, month, day) for day in range(first, last + 1)}


# 国务院办公厅关于2026年部分节假日安排的通知
HOLIDAYS = (
    _span(1, 1, 3)
    | _span(2, 15, 23)
    | _span(4, 4, 6)
    | _span(5, 1, 5)
    | _span(6, 19, 21)
    | _span(9, 25, 27)
    | _span(10, 1, 7)
)
WORKED = {
    date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
}
FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
# Who assigned it saw the cover alone: nobody has looked.
DECIDED = {"accepted", "to_department", "to_supervision", "closed"}
STAFF = DECIDED | {"read", "asked", "moved", "extended"}
# Working days after the deadline, by rule: holder, reviewer, supervisor.
SLOW, FAST, LAST = (1, 2, 5), (1, 1, 2), (1, 1, 1)
URGED = {
    **dict.fromkeys(("first_read", "scope", "status", "result"), SLOW),
    **dict.fromkeys(("first_read_urgent", "follow_up", "transfer", "handover", "umbrella"), FAST),
    **dict.fromkeys(("status_last", "cap"), LAST),
}


def is_off(day):
    if day.year != 2026:
        return day.weekday() > 4 or (day.month, day.day) in FIXED
    return day in HOLIDAYS or (day.weekday() > 4 and day not in WORKED)


def rolled(day):
    while is_off(day):
        day += DAY
    return day


def worked(day, count):
    """The `count`th day after `day` on which people work."""
    while count:
        day += DAY
        count -= not is_off(day)
    return rolled(day)


def three_months(day):
    month = day.month + 3
    year, month = day.year + (month > 12), (month - 1) % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return rolled(date(year, month, last))
        except ValueError:
            continue
    raise AssertionError(day)


@dataclass
class Case:
    """A tip of the simulation: what it is, and what was done with it on which day."""

    reference: str
    unit: str
    urgency: str
    came: date
    acts: list[tuple[date, str]] = field(default_factory=list)

    def done(self, day, what):
        self.acts.append((day, what))


def pending(case, acts):
    """The deadlines that are not met after `acts`, by rule."""
    start, run = last_run(case, acts)
    done = [what for _day, what in run]
    if "closed" in done:
        return {}
    has_more_time = "extended" in done
    waits = look(case, acts, start, run) | decision(case, start, done) | move(run, done)
    waits |= next_step(case, acts, run)
    waits["cap"] = three_months(start)
    waits["result"] = min(rolled(start + (90 if has_more_time else 60) * DAY), waits["cap"])
    return waits


def last_run(case, acts):
    """From when its clocks run, and what was done since."""
    opened = [n for n, (_day, what) in enumerate(acts) if what == "reopened"]
    return (acts[opened[-1]][0], acts[opened[-1] + 1 :]) if opened else (case.came, acts)


def look(case, acts, start, run):
    """Whether somebody must look at it still."""
    alarms = [n for n, (_day, what) in enumerate(run) if what == "danger"]
    seen = {what for _day, what in (run[alarms[-1] + 1 :] if alarms else run)}
    if seen & STAFF:
        return {}
    # Once told of danger, it stays urgent.
    if case.urgency in ("P0", "P1") or "danger" in {what for _day, what in acts}:
        return {"first_read_urgent": rolled(run[alarms[-1]][0] if alarms else start)}
    return {"first_read": worked(start, 1)}


def decision(case, start, done):
    """Whether its fate must be decided, and the reporter see something."""
    if DECIDED & set(done):
        return {}
    waits = {"scope": worked(start, 3)}
    if case.unit == "supervision":
        waits["umbrella"] = worked(start, 3)
    if "asked" not in done:
        waits["status"] = rolled(start + 7 * DAY)
        waits["status_last"] = rolled(start + 15 * DAY)
    return waits


def next_step(case, acts, run):
    """Whether somebody must go on with what was taken up, because a life is at stake."""
    if case.urgency != "P0" and "danger" not in {what for _day, what in acts}:
        return {}
    taken = [n for n, (_day, what) in enumerate(run) if what == "accepted"]
    since = run[taken[-1] :] if taken else []
    if not since or {"to_department", "to_supervision", "closed"} & {what for _day, what in since}:
        return {}
    return {"follow_up": worked([day for day, what in since if what in STAFF][-1], 1)}


def move(run, done):
    """Whether it must be handed over to whom it was referred."""
    if "moved" in done:
        return {}
    days = {what: day for day, what in run}
    waits = {}
    if "to_department" in days:
        # Twenty-four hours of the law: they run on over days off.
        waits["transfer"] = days["to_department"] + DAY
    if "to_supervision" in days:
        waits["handover"] = worked(days["to_supervision"], 3)
    return waits


def urges(case, sweeps):
    """Every (rule, level, day) on which somebody must have been told, given the days of sweeps."""
    told, found, known = set(), [], None
    for day in sweeps:
        if day <= case.came or is_off(day):
            continue
        acts = [act for act in case.acts if act[0] < day]
        if known != len(acts):
            if any(what == "reopened" for _day, what in acts[known or 0 :]):
                told = set()
            known = len(acts)
            due = {
                (rule, level): worked(end, count)
                for rule, end in pending(case, acts).items()
                for level, count in zip(
                    ("holder", "reviewer", "supervisor"), URGED[rule], strict=True
                )
            }
        for one, when in due.items():
            if when <= day and one not in told:
                told.add(one)
                found.append((*one, day))
    return found
