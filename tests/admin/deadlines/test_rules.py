"""The clocks as pure functions: which deadline a history has, and when somebody is told."""

from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.config import ROOT
from admin.deadlines.loading import load_clocks
from admin.deadlines.rules import Facts, Step, calendar_gap, started_on
from admin.deadlines.working_days import (
    KNOWN_YEARS,
    WorkingDays,
    end_of,
    load_working_days,
    months_after,
)
from admin.district.data import load_district
from admin.reading.data_files import load_file
from admin.tip.events import Level
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.tip_events import event

CLOCKS = load_district(ROOT / "content").clocks
DAYS = CLOCKS.calendar
RECEIVED, QUESTION, ACCEPTED = TipStatus.RECEIVED, TipStatus.QUESTION, TipStatus.ACCEPTED
REFERRED, OUT, CLOSED = TipStatus.REFERRED, TipStatus.OUT_OF_SCOPE, TipStatus.CLOSED
THURSDAY = date(2026, 9, 24)
"""The day before Mid-Autumn, which is off with the week's end; Sunday the 20th was worked."""


def event_of(code):
    found = event("first_read" if code == "read" else code)
    return found.kind, found.reason


def step(day, old, new=None, reason="x", *, is_staff=True):
    return Step(day, old, new or old, *event_of(reason), is_staff)


def due(facts, rule_id):
    return next((row for row in CLOCKS.deadlines(facts) if row.rule.id == rule_id), None)


days = st.dates(date(2024, 1, 1), date(2026, 8, 1))
far_days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
terms = st.tuples(st.integers(0, 90), st.sampled_from(["working", "calendar", "months"])).filter(
    lambda term: term[1] != "months" or term[0] <= 12
)
urgencies = st.sampled_from(Urgency)
ACTS = [
    ("read", RECEIVED),
    ("asked", QUESTION),
    ("to_department", REFERRED),
    ("in_scope", ACCEPTED),
    ("unfounded", CLOSED),
    ("civil", OUT),
]


@st.composite
def histories(draw):
    """Facts of a tip on which staff acted in any order until they ended it."""
    day = start = draw(days)
    status, steps = RECEIVED, []
    for reason, new in draw(st.lists(st.sampled_from(ACTS), max_size=6)):
        if status in (CLOSED, OUT):
            break
        day += timedelta(days=draw(st.integers(0, 40)))
        new = status if reason == "read" else new
        steps.append(step(day, status, new, reason))
        status = new
    is_open = status not in (CLOSED, OUT)
    return Facts(start, draw(urgencies), draw(st.booleans()), tuple(steps), is_open=is_open)


@given(far_days, terms)
def test_a_term_never_ends_before_it_starts_nor_on_a_day_off(start, term):
    end = end_of(DAYS, start, *term)

    assert end >= start
    assert not DAYS.is_off(end)
    if end.year in KNOWN_YEARS:
        assert chinese_calendar.is_workday(end)


@given(far_days, st.integers(0, 90))
def test_a_term_of_hours_ends_on_its_day_whether_people_work_or_not(start, length):
    assert end_of(DAYS, start, length, "calendar", rolls=False) == start + timedelta(days=length)


@given(far_days, st.integers(1, 40), terms)
def test_who_starts_later_is_never_due_earlier(start, later, term):
    assert end_of(DAYS, start, *term) <= end_of(DAYS, start + timedelta(days=later), *term)


@given(days, st.integers(1, 30))
def test_so_many_working_days_lie_behind_the_start_and_up_to_the_end(start, count):
    end = DAYS.after(start, count)

    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(chinese_calendar.is_workday(day) for day in between) == count


@given(histories())
def test_no_deadline_lies_before_its_start_nor_on_a_day_off_but_one_that_the_law_counts_in_hours(
    facts,
):
    for row in CLOCKS.deadlines(facts):
        assert row.start <= row.due
        assert not DAYS.is_off(row.due) or row.rule.id == "transfer"


def test_no_day_off_makes_a_term_of_the_law_longer():
    assert {rule.id for rule in CLOCKS.rules if rule.is_law} == {"transfer"}
    assert {rule.id for rule in CLOCKS.rules if not rule.rolls} == {"transfer"}


@given(histories(), st.integers(0, 60), st.sampled_from(ACTS))
def test_what_was_met_stays_met_whatever_staff_do_next(facts, later, act):
    met = {row.rule.id: row.met_on for row in CLOCKS.deadlines(facts) if row.met_on}
    last = facts.steps[-1] if facts.steps else step(facts.received_on, RECEIVED)
    if not facts.is_open:
        return
    new = last.new if act[0] == "read" else act[1]
    if new.value == "referred":
        # Referred again after it came back: that hand-over is a duty of its own.
        met.pop("transfer", None)
    if last.new.value == "referred" and new is not last.new:
        # Taken up again: with a life at stake the next step is a duty of its own, too.
        met.pop("follow_up", None)
    more = step(last.day + timedelta(days=later), last.new, new, act[0])

    after = CLOCKS.deadlines(replace(facts, steps=(*facts.steps, more)))

    assert met.items() <= {row.rule.id: row.met_on for row in after}.items()


@given(histories(), st.integers(1, 30))
def test_a_tip_that_came_later_is_due_no_earlier(facts, later):
    moved = replace(
        facts,
        received_on=facts.received_on + timedelta(days=later),
        steps=tuple(replace(row, day=row.day + timedelta(days=later)) for row in facts.steps),
    )
    after = {row.rule.id: row.due for row in CLOCKS.deadlines(moved)}

    for row in CLOCKS.deadlines(facts):
        assert row.due <= after[row.rule.id]


@given(histories(), st.integers(0, 50), st.integers(0, 50))
def test_more_time_is_added_once_and_never_passes_the_hard_cap(facts, first, again):
    if not facts.is_open:
        return
    before = {row.rule.id: row.due for row in CLOCKS.deadlines(facts)}
    longer = replace(facts, extended_on=facts.received_on + timedelta(days=first))
    twice = replace(facts, extended_on=facts.received_on + timedelta(days=first + again))
    after = {row.rule.id: row.due for row in CLOCKS.deadlines(longer)}

    assert after == {row.rule.id: row.due for row in CLOCKS.deadlines(twice)}
    assert before["result"] < after["result"] <= after["cap"] == before["cap"]
    assert {**after, "result": None} == {**before, "result": None}
    assert not CLOCKS.may_extend(longer, facts.received_on)


@given(days, urgencies, st.booleans())
def test_a_new_tips_first_deadline_is_remembered_right(day, urgency, is_supervisory):
    fresh = CLOCKS.next_due(Facts(day, urgency, is_supervisory))

    for _ in range(2):
        assert CLOCKS.at_arrival(day, urgency, is_supervisory=is_supervisory) == fresh


ARRIVED = [
    # A Thursday before a holiday of three days.
    (THURSDAY, Urgency.P0, "first_read_urgent", date(2026, 9, 24)),
    (THURSDAY, Urgency.P1, "first_read_urgent", date(2026, 9, 24)),
    (THURSDAY, Urgency.P2, "first_read", date(2026, 9, 28)),
    (THURSDAY, Urgency.P3, "first_read", date(2026, 9, 28)),
    (THURSDAY, Urgency.P3, "scope", date(2026, 9, 30)),
    # The seventh day is the first of October: a week off, then a Thursday.
    (THURSDAY, Urgency.P3, "status", date(2026, 10, 8)),
    (THURSDAY, Urgency.P3, "status_last", date(2026, 10, 9)),
    # A day off on which nobody works: the same day is the next working day.
    (date(2026, 10, 3), Urgency.P0, "first_read_urgent", date(2026, 10, 8)),
    # A Saturday that was worked instead.
    (date(2026, 10, 10), Urgency.P0, "first_read_urgent", date(2026, 10, 10)),
    (date(2026, 1, 5), Urgency.P3, "result", date(2026, 3, 6)),
    (date(2025, 11, 30), Urgency.P3, "cap", date(2026, 2, 28)),
]


@pytest.mark.parametrize(("received_on", "urgency", "rule", "day"), ARRIVED)
def test_each_deadline_of_a_new_tip_is_the_day_that_the_calendar_says(
    received_on, urgency, rule, day
):
    assert due(Facts(received_on, urgency), rule).due == day


MET = [
    (step(THURSDAY, RECEIVED, is_staff=False), set()),
    (step(THURSDAY, RECEIVED, reason="first_read"), {"first_read"}),
    (step(THURSDAY, RECEIVED, reason="answered"), {"first_read"}),
    # By the cover: nobody has looked into it.
    *(
        (step(THURSDAY, RECEIVED, reason=reason), set())
        for reason in (
            *("claimed", "released", "assigned", "urgency_P1"),
            *("linked_7QX2M-00ABC", "unlinked_7QX2M-00ABC"),
            *("joined_7QX2M-00ABC", "parted_7QX2M-00ABC"),
        )
    ),
    (step(THURSDAY, RECEIVED, QUESTION), {"first_read", "status", "status_last"}),
    (step(THURSDAY, RECEIVED, ACCEPTED), {"first_read", "scope", "status", "status_last"}),
    (
        step(THURSDAY, RECEIVED, CLOSED),
        {"first_read", "scope", "status", "status_last", "result", "cap"},
    ),
]


@pytest.mark.parametrize(("act", "rules"), MET)
def test_an_act_meets_the_deadlines_that_ask_for_it_and_no_other(act, rules):
    found = CLOCKS.deadlines(Facts(THURSDAY, Urgency.P3, steps=(act,)))

    assert {row.rule.id for row in found if row.met_on == THURSDAY} == rules
    assert {row.met_on for row in found} <= {THURSDAY, None}


def test_the_reporters_word_of_danger_asks_for_a_new_look_on_that_day():
    monday = date(2026, 9, 28)
    read = step(THURSDAY, RECEIVED, reason="first_read")
    danger = step(monday, RECEIVED, reason="danger", is_staff=False)

    waits = due(Facts(THURSDAY, Urgency.P0, steps=(read, danger)), "first_read_urgent")
    seen = due(Facts(THURSDAY, Urgency.P0, steps=(read, danger, read)), "first_read_urgent")

    assert (waits.due, waits.met_on) == (monday, None)
    assert seen.met_on is not None


def test_a_life_at_stake_keeps_its_own_clock_once_the_tip_is_taken_up():
    """Accepting a P0 moves its deadline in the queue to 60 days: staff.md, major 10."""
    taken = step(THURSDAY, RECEIVED, ACCEPTED, "in_scope")
    urgent = Facts(THURSDAY, Urgency.P0, steps=(taken,))

    assert CLOCKS.next_due(urgent).due == date(2026, 9, 28)
    assert CLOCKS.next_due(urgent).rule.id == "follow_up"
    assert due(replace(urgent, urgency=Urgency.P1), "follow_up") is None


@pytest.mark.parametrize(
    ("act", "day"),
    [
        (step(date(2026, 9, 28), ACCEPTED, QUESTION, "asked"), date(2026, 9, 29)),
        (step(date(2026, 9, 28), ACCEPTED, reason="answered"), date(2026, 9, 29)),
        (step(date(2026, 9, 28), ACCEPTED, reason="urgency_P0"), date(2026, 9, 29)),
        # Who takes it on or hands it to somebody has not done anything with it yet.
        (step(date(2026, 9, 28), ACCEPTED, reason="claimed"), date(2026, 9, 28)),
        (step(date(2026, 9, 28), ACCEPTED, reason="assigned"), date(2026, 9, 28)),
        (step(date(2026, 9, 28), ACCEPTED, reason="more_words", is_staff=False), date(2026, 9, 28)),
    ],
)
def test_each_act_of_work_begins_that_clock_again(act, day):
    taken = step(THURSDAY, RECEIVED, ACCEPTED, "in_scope")

    found = due(Facts(THURSDAY, Urgency.P0, steps=(taken, act)), "follow_up")

    assert (found.due, found.met_on) == (day, None)


@pytest.mark.parametrize(
    ("new", "reason"), [(REFERRED, "to_department"), (CLOSED, "unfounded"), (OUT, "x")]
)
def test_passing_the_tip_on_or_ending_it_stops_that_clock_for_good(new, reason):
    monday = date(2026, 9, 28)
    taken = step(THURSDAY, RECEIVED, ACCEPTED, "in_scope")
    gone = step(monday, ACCEPTED, new, reason)
    later = step(date(2026, 10, 9), new, reason="answered")

    found = due(Facts(THURSDAY, Urgency.P0, steps=(taken, gone, later)), "follow_up")

    assert (found.due, found.met_on) == (monday, monday)


REFERRED_AS = [
    # The day after, though it is a holiday.
    ("to_department", "transfer", "handover", date(2026, 9, 25)),
    ("to_supervision", "handover", "transfer", date(2026, 9, 30)),
]


@pytest.mark.parametrize(("reason", "rule", "other", "day"), REFERRED_AS)
def test_a_referral_is_to_be_moved_in_the_time_that_its_receiver_has(reason, rule, other, day):
    referred = step(THURSDAY, RECEIVED, REFERRED, reason)
    facts = Facts(THURSDAY, Urgency.P3, steps=(referred,))
    moved = replace(facts, steps=(referred, step(THURSDAY, REFERRED, reason="moved")))

    assert (due(facts, rule).due, due(facts, rule).met_on) == (day, None)
    assert due(facts, other) is None
    assert due(moved, rule).met_on == THURSDAY


def test_a_tip_about_an_official_is_to_be_taken_over_in_three_working_days():
    assert due(Facts(THURSDAY, Urgency.P1, is_supervisory=True), "umbrella").due == date(
        2026, 9, 30
    )
    assert due(Facts(THURSDAY, Urgency.P1), "umbrella") is None


def test_a_tip_that_opens_again_starts_anew_and_an_ended_one_waits_for_nothing():
    again = date(2026, 11, 2)
    closed = step(THURSDAY, RECEIVED, CLOSED)
    opened = step(again, CLOSED, RECEIVED, "more_words", is_staff=False)
    ended = Facts(THURSDAY, Urgency.P3, steps=(closed,), is_open=False)
    open_again = Facts(THURSDAY, Urgency.P3, steps=(closed, opened))

    assert CLOCKS.next_due(ended) is None
    assert started_on(open_again) == again
    assert CLOCKS.next_due(open_again).due == date(2026, 11, 3)
    assert all(row.met_on is None for row in CLOCKS.deadlines(open_again))


def test_who_ends_a_tip_unread_leaves_no_deadline_unmet():
    gone = Facts(THURSDAY, Urgency.P3, is_open=False)

    assert CLOCKS.deadlines(gone) == ()


URGED = [
    (date(2026, 9, 28), set()),
    (date(2026, 9, 29), {Level.HOLDER}),
    (date(2026, 9, 30), {Level.HOLDER, Level.REVIEWER}),
    # The week off: nobody is told, though the supervisor's day counts on.
    (date(2026, 10, 1), None),
    (date(2026, 10, 9), {Level.HOLDER, Level.REVIEWER}),
    (date(2026, 10, 10), {Level.HOLDER, Level.REVIEWER, Level.SUPERVISOR}),
]


@pytest.mark.parametrize(("day", "levels"), URGED)
def test_each_level_is_told_after_its_working_days_and_nobody_on_a_day_off(day, levels):
    told = CLOCKS.urges(Facts(THURSDAY, Urgency.P3), day)

    assert {level for rule, level in told if rule.id == "first_read"} == (levels or set())
    assert told == [] or levels is not None


def test_the_districts_own_days_go_before_the_library_and_the_libraries_end_is_told():
    own = WorkingDays(
        closed=frozenset({date(2026, 9, 28)}),
        opened=frozenset({date(2026, 9, 26)}),
        every_year=frozenset({(1, 1)}),
    )

    assert (own.is_off(date(2026, 9, 28)), own.is_off(date(2026, 9, 26))) == (True, False)
    after = own.known_until + timedelta(days=1)
    assert own.is_off(after), "the first of January is off whatever weekday it is"
    assert own.is_guess(after)
    assert not own.is_guess(own.known_until)
    assert calendar_gap(CLOCKS, date(2026, 9, 24)) == ""
    assert "2026-12-31" in calendar_gap(CLOCKS, own.known_until)


MONTHS = [
    (date(2025, 11, 30), 3, date(2026, 2, 28)),
    (date(2026, 1, 31), 1, date(2026, 2, 28)),
    (date(2026, 10, 15), 3, date(2027, 1, 15)),
    (date(2026, 12, 31), 12, date(2027, 12, 31)),
]


@pytest.mark.parametrize(("day", "count", "end"), MONTHS)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day, count, end):
    assert months_after(day, count) == end


FAULTS = [
    ({"extension": {"rule": "nothing"}}, {}),
    ({"extension": {"not_after": "nothing"}}, {}),
    ({"twice": True}, {}),
    ({}, {"closed": ["2026-02-30"]}),
    ({}, {"every_year": ["13-01"]}),
]


@pytest.mark.parametrize(("deadlines", "holidays"), FAULTS)
def test_a_file_that_no_schema_can_judge_is_refused(deadlines, holidays):
    rules = load_file(ROOT / "content", "deadlines")
    rules["extension"] |= deadlines.get("extension", {})
    rules["items"] *= 2 if "twice" in deadlines else 1

    with pytest.raises(ValueError, match=r"\S"):
        load_clocks(rules, load_file(ROOT / "content", "holidays") | holidays)


def test_a_changed_rule_or_day_off_changes_the_mark():
    rules, off = load_file(ROOT / "content", "deadlines"), load_file(ROOT / "content", "holidays")
    longer = {**rules, "retention": {**rules["retention"], "ended_days": 7}}

    marks = {
        load_clocks(rules, off).mark,
        load_clocks(longer, off).mark,
        load_clocks(rules, off | {"closed": ["2026-11-30"]}).mark,
    }

    assert len(marks) == 3
    assert load_clocks(rules, off).mark == CLOCKS.mark


def test_every_rule_fits_the_columns_that_keep_it():

    for rule in CLOCKS.rules:
        assert len(rule.id) <= 20
        assert rule.source
    assert all(len(row.id) <= 40 for row in CLOCKS.extension.reasons)


def test_the_calendar_of_the_data_reads_as_days():
    assert (10, 1) in load_working_days(load_file(ROOT / "content", "holidays")).every_year
