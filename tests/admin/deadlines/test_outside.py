"""The clocks of packages for organs outside: for each organ by itself, by the shipped rules."""

from datetime import date

import pytest

from admin.config import ROOT
from admin.deadlines.rules import Facts, Step
from admin.deadlines.working_days import end_of
from admin.district.data import load_district
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

CLOCKS = load_district(ROOT / "content").clocks
ACCEPTED, REFERRED = TipStatus.ACCEPTED, TipStatus.REFERRED
MONDAY, TUESDAY, FRIDAY = date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 18)


def took(name, day=MONDAY, organ="market", reason="to_department", new=ACCEPTED, old=None):
    kind = EventKind(f"referral_{name}")
    return Step(day, old or new, new, kind, reason, True, organ)


SENT = {"old": ACCEPTED, "new": REFERRED}


def due(rule_id, *steps):
    facts = Facts(MONDAY, Urgency.P3, steps=steps)
    return next((row for row in CLOCKS.deadlines(facts) if row.rule.id == rule_id), None)


@pytest.mark.parametrize(
    ("reason", "rule", "other", "day"),
    [
        ("to_department", "transfer", "handover", TUESDAY),
        ("to_other_police", "transfer", "handover", TUESDAY),
        ("to_supervision", "handover", "transfer", date(2026, 9, 17)),
    ],
)
def test_a_package_is_to_leave_in_the_time_that_its_receiver_has(reason, rule, other, day):
    made = took("made", reason=reason)

    assert (due(rule, made).due, due(rule, made).met_on) == (day, None)
    assert due(other, made) is None
    assert due(rule, made, took("sent", TUESDAY, reason=reason, **SENT)).met_on == TUESDAY
    assert due(rule, made, took("dropped", TUESDAY, reason="")).met_on == TUESDAY


def test_a_return_slip_is_waited_for_in_working_days_and_then_asked_for_every_so_often():
    made, sent = took("made"), took("sent", MONDAY, **SENT)
    slip, chased = took("slip", FRIDAY, reason=""), took("chased", FRIDAY, reason="")

    assert due("slip", made) is None
    assert (due("slip", made, sent).due, due("slip", made, sent).met_on) == (
        # The Sunday was worked, before the holiday.
        date(2026, 9, 20),
        None,
    )
    assert due("slip", made, sent, slip).met_on == FRIDAY
    first, later = due("chase", made, sent), due("chase", made, sent, chased)
    assert first.start == MONDAY
    assert (later.start, later.met_on) == (FRIDAY, None)
    # Fifteen working days, over the days off of the holiday.
    assert first.due == end_of(CLOCKS.calendar, MONDAY, 15, "working") > date(2026, 10, 1)


@pytest.mark.parametrize("end", ["back", "result", "unanswered"])
def test_how_it_came_out_stops_both_clocks_of_that_organ(end):
    steps = took("made"), took("sent", **SENT), took(end, FRIDAY, reason="")

    assert due("slip", *steps).met_on == FRIDAY
    assert due("chase", *steps).met_on == FRIDAY


def test_of_several_organs_the_one_that_has_waited_longest_is_told():
    one = took("made"), took("sent", MONDAY, **SENT)
    two = (
        took("made", TUESDAY, "transport", new=REFERRED),
        took("sent", TUESDAY, "transport", new=REFERRED),
    )
    settled = took("result", FRIDAY, "market", reason="known", new=REFERRED)

    both = due("chase", *one, *two)
    assert (both.start, both.met_on) == (MONDAY, None)
    left = due("chase", *one, *two, settled)
    assert (left.start, left.met_on) == (TUESDAY, None)
    slip = took("slip", FRIDAY, "transport", reason="", new=REFERRED)
    assert (due("slip", *one, *two, slip).start, due("slip", *one, *two, slip).met_on) == (
        MONDAY,
        None,
    )


def test_a_second_package_for_an_organ_that_sent_the_first_back_waits_anew():
    first = took("made"), took("sent", MONDAY, **SENT), took("back", TUESDAY, reason="unreadable")
    again = took("made", TUESDAY), took("sent", FRIDAY, **SENT)

    assert due("transfer", *first, took("made", TUESDAY)).start == TUESDAY
    found = due("slip", *first, *again)
    assert (found.start, found.met_on) == (FRIDAY, None)
