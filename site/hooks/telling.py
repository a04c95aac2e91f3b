"""What one publication says: sentences first, then tables, in Chinese or English.

Names of measures and groups are those of the publication itself. Words around them are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from periods import months_of, said
from tables import Row, Table, Value

from admin.reading.published import BUCKETS, PublishedFile

ALL = "all"
# So many quarters are drawn; older ones stand on pages of their own.
DRAWN = 5
MAIN = ("received", "accepted", "referred", "closed")
DRAWN_MEASURES = ("received", "closed")
CHANNELS = ("received_form", "received_phone", "received_letter", "received_visit")
ORGANS = ("referred_department", "referred_supervision", "referred_police", "referred_other")
OUTCOMES = ("closed_found", "closed_not_found", "closed_other")
# What a name of a part begins with: the whole, 办结：
SAID = re.compile("^[^：:]+(：|: )")
OTHERS = ("lane", "log_requests", "two_person")
# Each step, with its days, what was in time and what was late; calls for help have no days.
STEPS = (
    ("read", "days_read", "read_in_time", "read_late"),
    ("accepted", "days_accepted", "accepted_in_time", "accepted_late"),
    ("closed", "days_closed", "closed_in_time", "closed_late"),
    ("danger", "", "danger_in_time", "danger_late"),
)

WORDS: Mapping[str, Mapping[str, Any]] = {
    "zh": {
        "received": "收到大约 {} 条线索。",
        "accepted": "受理大约 {} 条，就是归这里管，开始办了。",
        "referred": "转给别的单位大约 {} 条。",
        "closed": "办结大约 {} 条。",
        "closed_found": "办结的里面，大约 {} 条查实，或者查实了一部分。",
        "days": "有快有慢。每一步，排在中间的那条：{}。",
        "day": {"read": "{}打开", "accepted": "{}受理", "closed": "{}办结"},
        "and": "，",
        "danger_in_time": "说自己有危险的，大约 {} 条按时有人看了。",
        "withheld": "有的数不公布，怕让人猜到是谁说的。",
        "period": "时间",
        "item": "哪一项",
        "count": "大约",
        "group": "哪一组单位",
        "step": "哪一步",
        "in_time": "按期",
        "late": "超期",
        "middle": "排在中间的那条",
        "no_days": "不算天数",
        "steps": {"read": "第一次打开", "accepted": "受理", "closed": "办结", "danger": "危险求助"},
        "trend": "每个季度收到和办结的，大约几条",
        "outcomes": "{}办结的，结果怎样",
        "speed": "{}，收到以后多久",
        "groups": "{}，每组单位大约几条（不能比）",
        "kinds": "{}，怎么来的，转到哪里",
        "others": "{}，别的数",
        "year": "{}，大约几条",
        "since": "{}（从{}算起）",
        "months": "分月的数，大约几条",
    },
    "en": {
        "received": "About {} tips came in.",
        "accepted": "About {} were taken up: they belong here, and work on them began.",
        "referred": "About {} were passed on to other authorities.",
        "closed": "About {} were closed.",
        "closed_found": "Of those closed, about {} were found to be true, wholly or partly.",
        "days": "For the tip in the middle of each step: {}.",
        "day": {"read": "first read, {}", "accepted": "taken up, {}", "closed": "closed, {}"},
        "and": "; ",
        "danger_in_time": "About {} calls for help were read in time.",
        "withheld": "Some numbers are withheld: they might show who spoke.",
        "period": "When",
        "item": "What",
        "count": "About",
        "group": "Group of units",
        "step": "Step",
        "in_time": "In time",
        "late": "Late",
        "middle": "The tip in the middle",
        "no_days": "no days counted",
        "steps": {
            "read": "First read",
            "accepted": "Taken up",
            "closed": "Closed",
            "danger": "Call for help",
        },
        "trend": "Received and closed in each quarter, about how many",
        "outcomes": "{}: how closed tips ended",
        "speed": "{}: how long each step took",
        "groups": "{}: each group of units, about how many (not to be compared)",
        "kinds": "{}: how they came, where they were sent",
        "others": "{}: other numbers",
        "year": "{}: about how many",
        "since": "{} (counted from {})",
        "months": "By month, about how many",
    },
}


@dataclass(frozen=True)
class Told:
    """A publication and those before it, the newest last, in one language."""

    files: Sequence[PublishedFile]
    language: str

    def __post_init__(self) -> None:
        values = {
            (row.measure, row.period, row.group): row.value
            for file in self.files
            for row in file.numbers
        }
        object.__setattr__(self, "_values", values)

    @property
    def file(self) -> PublishedFile:
        return self.files[-1]

    @property
    def words(self) -> Mapping[str, Any]:
        return WORDS[self.language]

    def value(self, measure: str, period: str, group: str = ALL) -> int | None:
        """Give a number; what was left out looks like what was withheld."""
        values: Mapping[tuple[str, str, str], int | None] = vars(self)["_values"]
        return values.get((measure, period, group))

    def name(self, measure: str) -> str:
        """Name a measure by the newest publication that knows it."""
        known = {one.id: one for file in self.files for one in file.measures}
        return str(getattr(known[measure], self.language))

    def known(self, measures: Sequence[str]) -> tuple[str, ...]:
        """Keep of these what the publication counts."""
        here = {one.id for one in self.file.measures}
        return tuple(one for one in measures if one in here)

    def days(self, measure: str, period: str) -> str | None:
        found = (
            row.value for row in self.file.medians if (row.measure, row.period) == (measure, period)
        )
        bucket = next(found, None)
        return str(getattr(BUCKETS[bucket], self.language)) if bucket else None

    def when(self, period: str) -> str:
        return said(period, self.language)


def sentences(told: Told, quarter: str) -> Iterator[str]:
    """Say what came in, what became of it and how long it took, each number as about so many."""
    words = told.words
    for measure in (*MAIN, "closed_found", "danger_in_time"):
        value = told.value(measure, quarter)
        if value is not None:
            yield words[measure].format(f"<b>{value}</b>")
    days = [
        words["day"][step].format(escape(middle))
        for step, measure, _in_time, _late in STEPS
        if (middle := told.days(measure, quarter))
    ]
    if days:
        yield words["days"].format(words["and"].join(days))
    if any(row.value is None and row.period == quarter for row in told.file.numbers):
        yield words["withheld"]


def trend(told: Told) -> Table:
    """Show the newest quarters that were told by then, in their order."""
    quarters = [quarter for file in told.files for quarter in file.quarters][-DRAWN:]
    measures = told.known(DRAWN_MEASURES)
    rows = tuple(
        Row(told.when(quarter), tuple(told.value(one, quarter) for one in measures))
        for quarter in quarters
    )
    names = tuple(map(told.name, measures))
    return Table(told.words["trend"], told.words["period"], names, rows)


def outcomes(told: Told, quarter: str) -> Table:
    """Show how tips were closed; the caption says already that they were."""
    found = _listed(told, "outcomes", OUTCOMES, quarter)
    rows = tuple(row._replace(name=_part(row.name)) for row in found.rows)
    return found._replace(rows=rows)


def _part(name: str) -> str:
    part = SAID.sub("", name, count=1)
    return part[:1].upper() + part[1:]


def speed(told: Told, quarter: str) -> Table:
    words = told.words
    rows = tuple(
        Row(words["steps"][step], _speed(told, quarter, days, in_time, late))
        for step, days, in_time, late in STEPS
        if told.known((in_time,))
    )
    columns = (words["in_time"], words["late"], words["middle"])
    return Table(words["speed"].format(told.when(quarter)), words["step"], columns, rows)


def _speed(told: Told, quarter: str, days: str, in_time: str, late: str) -> tuple[Value, ...]:
    middle = told.days(days, quarter) if days else told.words["no_days"]
    return told.value(in_time, quarter), told.value(late, quarter), middle


def further(told: Told) -> Iterator[Table]:
    """Everything else that a publication tells."""
    for quarter in told.file.quarters:
        yield _grouped(told, quarter)
        yield _listed(told, "kinds", (*CHANNELS, *ORGANS), quarter)
        yield _listed(told, "others", OTHERS, quarter)
    yield from filter(None, (_months(told), *(_year(told, year) for year in told.file.years)))


def _listed(told: Told, caption: str, measures: Sequence[str], period: str) -> Table:
    rows = tuple(Row(told.name(one), (told.value(one, period),)) for one in told.known(measures))
    words = told.words
    return Table(words[caption].format(told.when(period)), words["item"], (words["count"],), rows)


def _grouped(told: Told, period: str) -> Table:
    """Show the groups in the order of the data, whatever their numbers."""
    counted = {one.id for one in told.file.measures if one.by_group}
    measures = [one for one in told.known(MAIN) if one in counted]
    rows = tuple(
        Row(
            str(getattr(group, told.language)),
            tuple(told.value(one, period, group.id) for one in measures),
        )
        for group in told.file.groups
    )
    names = tuple(map(told.name, measures))
    return Table(told.words["groups"].format(told.when(period)), told.words["group"], names, rows)


def _months(told: Told) -> Table | None:
    """Months, where they were told at all: mostly they are not."""
    measures = told.known(MAIN)
    there = {row.period for row in told.file.numbers}
    rows = tuple(
        Row(told.when(month), tuple(told.value(one, month) for one in measures))
        for quarter in told.file.quarters
        for month in months_of(quarter)
        if month in there
    )
    names = tuple(map(told.name, measures))
    return Table(told.words["months"], told.words["period"], names, rows) if rows else None


def _year(told: Told, year: str) -> Table:
    """Show a year; one that began late says from when on it was counted."""
    quarters = (quarter for file in told.files for quarter in file.quarters)
    first = min((one for one in quarters if one.startswith(year)), default=f"{year}-Q1")
    if first.endswith("Q1"):
        return _listed(told, "year", (*MAIN, *OUTCOMES, "out_of_scope"), year)
    # What is counted by whole years alone is not told of it.
    whole = _listed(told, "year", (*MAIN, *OUTCOMES), year)
    since = told.words["since"].format(told.when(year), told.when(months_of(first)[0]))
    return whole._replace(caption=told.words["year"].format(since))
