"""The lane 疑似机器发送 on the desk: apart from the queue, and out of it by any act of staff."""

import re

import pytest

from admin.desk.queue.lane_counts import COUNTED_MAX
from admin.desk.words import counted
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

ACTS = [
    ("claim", {}),
    ("decision", {"move_to": "accepted", "reason": "in_scope"}),
    ("urgency", {"urgency": "P1"}),
    ("messages", None),
]


@pytest.fixture
def machine_tip(make_tip):
    return make_tip(is_machine=True)


def lane_line(page):
    """The queue's line about the lane, without its markup; empty where there is none."""
    found = re.search(r'id="lane">(.*?)</p>', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_a_tip_of_the_lane_is_not_in_the_queue_but_a_line_leads_to_it(desk, tip, machine_tip):
    page = desk.get()

    assert tip.reference in page.text
    assert machine_tip.reference not in page.text
    assert lane_line(page) == "另有 1 条疑似机器发送，单独放着。 去看这些"
    assert "/desk/?lane=machine" in page.text


def test_the_lane_shows_its_tips_alone_and_says_what_becomes_of_them(desk, tip, machine_tip):
    page = desk.get(lane="machine")

    assert tip.reference not in page.text
    assert machine_tip.reference in page.text
    assert "三天后删除" in lane_line(page)
    assert re.search(r'href="/desk/\?lane=machine"[^>]* aria-current="page"', page.text)


def test_the_most_urgent_of_the_lane_are_counted_and_a_link_leads_to_them(desk, make_tip):
    urgent = make_tip(is_machine=True, urgency=Urgency.P0)
    other = make_tip(is_machine=True)

    assert "其中危急 1 条" in lane_line(desk.get())
    assert "/desk/?lane=machine&amp;urgency=P0" in desk.get().text
    page = desk.get(lane="machine", urgency="P0")
    assert urgent.reference in page.text
    assert other.reference not in page.text


def test_no_line_stands_where_the_lane_of_the_unit_is_empty(desk, tip, make_tip):
    make_tip("drugs", is_machine=True)

    assert lane_line(desk.get()) == ""


def test_another_units_lane_is_not_shown(desk, make_tip):
    other = make_tip("drugs", is_machine=True)

    assert other.reference not in desk.get(lane="machine").text


def test_a_lane_that_was_not_offered_narrows_nothing_and_is_named(desk, tip):
    page = desk.get(lane="x")

    assert "有的筛选条件看不懂" in page.text
    assert tip.reference in page.text


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1"), (99, "99"), (COUNTED_MAX, "99+"), (COUNTED_MAX + 1, "99+")]
)
def test_a_great_number_is_told_no_further_than_99(number, word):
    assert counted(number) == word


def test_a_tips_page_says_that_it_is_in_the_lane_and_when_it_goes(desk, tip, machine_tip):
    page = desk.show(machine_tip)

    assert ">疑似机器发送</span>" in page.text
    assert machine_tip.expires_on.isoformat() in page.text
    assert ">疑似机器发送</span>" not in desk.show(tip).text


@pytest.mark.parametrize(("act", "fields"), ACTS, ids=[act for act, _ in ACTS])
def test_any_act_takes_a_tip_out_of_the_lane_and_keeps_its_words(
    desk, machine_tip, fresh, message, act, fields
):
    answer = desk.post(machine_tip, act, **(message if fields is None else fields))

    assert answer.status_code == 303
    after = fresh(machine_tip)
    assert (after.machine_unit, after.expires_on) == (None, None)
    assert after.sealed == machine_tip.sealed
    assert machine_tip.reference in desk.get().text
    assert machine_tip.reference not in desk.get(lane="machine").text


def test_a_tip_that_is_claimed_and_released_does_not_go_back_to_the_lane(desk, machine_tip, fresh):
    desk.post(machine_tip, "claim")
    desk.post(fresh(machine_tip), "release")

    assert fresh(machine_tip).machine_unit is None
    assert machine_tip.reference in desk.get().text


def test_a_claimed_tip_of_the_lane_stands_among_the_members_own(desk, machine_tip):
    desk.post(machine_tip, "claim")

    assert machine_tip.reference in desk.get(lane="mine").text


def test_a_decision_sets_the_day_of_deletion_that_its_reason_has(desk, machine_tip, fresh, app):
    with app.app_context():
        outcomes = app.extensions["dengshao"].district.outcomes
    reason = next(row for row in outcomes.values() if row.status == "closed")

    desk.post(machine_tip, "decision", move_to="closed", reason=reason.id)

    after = fresh(machine_tip)
    assert (after.status, after.machine_unit) == (TipStatus.CLOSED, None)
    assert (after.expires_on - after.received_on).days == 180


def test_an_act_that_is_refused_leaves_the_tip_in_the_lane(desk, machine_tip, fresh):
    answer = desk.post(machine_tip, "decision", move_to="accepted", reason="x")

    assert answer.status_code == 422
    after = fresh(machine_tip)
    assert (after.machine_unit, after.expires_on) == ("police", machine_tip.expires_on)
