"""Which lines of the log are marked for a look, and which are not: a table for each rule."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from admin.auditor import marks
from admin.auditor.marks import (
    DAY,
    HOUR,
    RULES,
    Around,
    marks_of,
)

# 2026-11-24 is a Tuesday; ten in the morning in Shanghai.
TEN = int(datetime(2026, 11, 24, 2, tzinfo=UTC).timestamp())
TODAY, YESTERDAY = date(2026, 11, 24), date(2026, 11, 23)


@dataclass(frozen=True)
class Line:
    number: int = 1
    at: int = TEN
    act: str = "opened"
    by: str = "ada"
    unit_id: str | None = "police"
    reference: str | None = "AAAAA-00001"
    detail: str = "own"


def lines(count, *, every=60, until=TEN, other=True, **values):
    """So many lines one after the other, the last at `until`."""
    made = []
    for place in range(count):
        at = until - (count - 1 - place) * every
        reference = f"AAAAA-{place if other else 1:05}"
        made.append(Line(**{"number": place + 1, "at": at, "reference": reference, **values}))
    return made


def moved(*statuses):
    return Around(moves={"AAAAA-00001": [(0, status) for status in statuses]})


def ended_at(number):
    return Around(moves={"AAAAA-00001": [(number, "closed")]})


def at_hour(hour, **values):
    return [Line(at=TEN + (hour - 10) * HOUR, **values)]


def daily(count, at, then):
    """Openings on so many days at one time of day, then one today at another."""
    past = [Line(number=n, at=TEN + at * HOUR - (count - n) * DAY) for n in range(count)]
    return [*past, Line(number=count, at=TEN + then * HOUR)]


def read_by_turns(count):
    """So many tips within ten minutes: every other one opened, or taken out to be passed on."""
    found = lines(count, every=20)
    return [replace(one, act=("opened", "transfer_read")[one.number % 2]) for one in found]


def back_after(seconds, reference="AAAAA-00001"):
    return Around(resealed={reference: [TEN + seconds]}, now=TEN + DAY)


NOBODY = Around()
PASSED_AT_NIGHT = Line(number=20, at=TEN + 8 * HOUR, act="transfer_read")
ON_DUTY = Around(on_duty=frozenset({("ada", TODAY)}))
SINCE_YESTERDAY = Around(on_duty=frozenset({("ada", YESTERDAY)}))
TABLE = [
    (marks.no_reason, [Line(detail="unsaid")], NOBODY, True),
    (marks.no_reason, [Line(detail="cover")], NOBODY, False),
    (marks.no_reason, [Line(act="acted", detail="unsaid")], NOBODY, False),
    (marks.many_of_others, lines(10, detail="review"), NOBODY, True),
    (marks.many_of_others, lines(9, detail="review"), NOBODY, False),
    (marks.many_of_others, lines(10, detail="own"), NOBODY, False),
    (marks.many_of_others, lines(10, detail="review", other=False), NOBODY, False),
    (marks.many_of_others, lines(10, detail="review", every=3 * HOUR), NOBODY, False),
    (marks.many_at_once, lines(20, every=20), NOBODY, True),
    (marks.many_at_once, lines(19, every=20), NOBODY, False),
    (marks.many_at_once, lines(20, every=60), NOBODY, False),
    (marks.many_at_once, lines(20, every=20, other=False), NOBODY, False),
    (marks.many_at_once, lines(20, every=20, act="transfer_read"), NOBODY, True),
    (marks.many_at_once, read_by_turns(20), NOBODY, True),
    (marks.many_at_once, read_by_turns(19), NOBODY, False),
    (marks.many_at_once, lines(20, every=20, act="transfer_compared"), NOBODY, False),
    (marks.at_night, at_hour(22, act="transfer_read"), NOBODY, True),
    (marks.at_night, at_hour(22), NOBODY, True),
    (marks.at_night, at_hour(5), NOBODY, True),
    (marks.at_night, at_hour(6), NOBODY, False),
    (marks.at_night, at_hour(21), NOBODY, False),
    (marks.at_night, at_hour(22), ON_DUTY, False),
    (marks.at_night, at_hour(3), SINCE_YESTERDAY, False),
    (marks.at_night, at_hour(22), SINCE_YESTERDAY, True),
    (marks.at_night, at_hour(22, by="bo"), ON_DUTY, True),
    (marks.at_night, at_hour(22, act="acted"), NOBODY, False),
    (marks.unusual_hour, daily(20, at=0, then=8), NOBODY, True),
    (marks.unusual_hour, daily(19, at=0, then=8), NOBODY, False),
    (marks.unusual_hour, daily(20, at=0, then=1), NOBODY, False),
    (marks.unusual_hour, daily(20, at=0, then=8), ON_DUTY, False),
    (marks.unusual_hour, [*daily(20, at=0, then=8)[:-1], PASSED_AT_NIGHT], NOBODY, True),
    (marks.again_after_the_end, lines(3, other=False), moved("accepted", "closed"), True),
    (marks.again_after_the_end, lines(2, other=False), moved("closed"), False),
    (marks.again_after_the_end, lines(3, other=False), moved("closed", "accepted"), False),
    (marks.again_after_the_end, lines(3, other=False), NOBODY, False),
    (marks.again_after_the_end, lines(4, other=False), ended_at(1), True),
    (marks.again_after_the_end, lines(4, other=False), ended_at(2), False),
    (marks.again_after_the_end, lines(4, other=False), ended_at(4), False),
    (marks.again_after_the_end, lines(4, other=False), ended_at(5), False),
    (marks.again_after_the_end, [*lines(4), Line(number=5)], ended_at(0), False),
    (marks.trying_numbers, lines(3, act="not_there"), NOBODY, True),
    (marks.trying_numbers, lines(2, act="not_there"), NOBODY, False),
    (marks.trying_numbers, lines(3, act="not_there", every=HOUR), NOBODY, False),
    (marks.refused_often, lines(5, act="refused"), NOBODY, True),
    (marks.refused_often, lines(4, act="refused"), NOBODY, False),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], Around(now=TEN + HOUR), True),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], Around(now=TEN + HOUR - 1), False),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], back_after(HOUR - 1), False),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], back_after(HOUR), True),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], back_after(-1), True),
    (marks.read_and_not_resealed, [Line(act="reseal_read")], back_after(9, "B-2"), True),
    (marks.read_and_not_resealed, [Line()], Around(now=TEN + HOUR), False),
    (marks.own_membership, [Line(act="factors_reset", detail="ada")], NOBODY, True),
    (marks.own_membership, [Line(act="factors_reset", detail="bo")], NOBODY, False),
    (marks.own_membership, [Line(act="invite", detail="ada")], NOBODY, True),
    (marks.end_by_two, [Line(act="second_asked", detail="close spam urgent early")], NOBODY, True),
    (marks.end_by_two, [Line(act="second_given", detail="close spam bo")], NOBODY, True),
    (marks.end_by_two, [Line(act="second_refused", detail="close spam bo")], NOBODY, True),
    (marks.end_by_two, [Line(act="second_asked", detail="suspend left bo")], NOBODY, False),
    (marks.end_by_two, [Line(act="review_drawn", detail="review known")], NOBODY, False),
]


# A burst: what a member reads one after the other, and how many of its lines are marked.
BURSTS = {
    "a page of the queue, opened at once": (lines(50, every=2), 1),
    "the same, held by colleagues, without a reason": (lines(50, every=2, detail="unsaid"), 3),
    "two pages with an hour between": (
        [
            *lines(25, every=2, until=TEN - HOUR),
            *[replace(line, number=line.number + 25) for line in lines(25, every=2)],
        ],
        2,
    ),
    "ordinary reading all day": (lines(32, every=900, until=TEN + 7 * HOUR, detail="triage"), 0),
    "opened and passed on, one after the other": (read_by_turns(40), 1),
    "a night of reading": (lines(30, every=700, until=TEN - 7 * HOUR, detail="triage"), 1),
}


@pytest.mark.parametrize("name", BURSTS)
def test_a_burst_of_reading_is_marked_once_for_each_question_that_it_raises(name):
    before, expected = BURSTS[name]

    assert sum(len(marks_of(line, before, NOBODY)) for line in before) == expected


@pytest.mark.parametrize(("rule", "before", "around", "expected"), TABLE)
def test_a_line_is_marked_by_a_rule_or_not(rule, before, around, expected):
    assert rule(before[-1], before, around) is expected


def test_what_came_later_marks_no_earlier_line():
    before = lines(30, every=1)

    marked = [bool(marks_of(line, before, NOBODY)) for line in before]

    assert marked == [False] * 19 + [True] + [False] * 10


def test_every_rule_says_its_reason_and_is_in_the_table():
    rules = {getattr(rule, "__wrapped__", rule) for rule, _reason in RULES}
    assert rules == {row[0] for row in TABLE}
    assert all(4 <= len(str(reason)) <= 40 for _rule, reason in RULES)


def test_an_ordinary_day_is_not_marked():
    before = lines(8, every=HOUR, until=TEN + 7 * HOUR, detail="triage")

    assert not any(marks_of(line, before, NOBODY) for line in before)


def test_nothing_in_the_rules_counts_by_member():
    line = replace(Line(), detail="unsaid")

    assert all(isinstance(reason, str) for reason in marks_of(line, [line], NOBODY))
