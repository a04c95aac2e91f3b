"""A week of the roster, set at once: what is ticked stands, and nothing else."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from admin.db import db, set_today
from admin.desk.duty import shifts, week
from admin.models import AuditEvent, DutyShift, Member

WEDNESDAY = date(2026, 11, 25)
MONDAY, NEXT = date(2026, 11, 23), date(2026, 11, 30)


@pytest.fixture(autouse=True)
def walk():
    set_today(WEDNESDAY)
    yield set_today
    set_today(None)


@pytest.fixture
def head(sign_in, walk):
    return sign_in("police-head")


@pytest.fixture
def standing(app):
    """Read the shifts of the police unit, by day, as names."""

    def read():
        with app.app_context():
            rows = db.reading.execute(
                select(DutyShift.day, Member.name)
                .join(Member, Member.id == DutyShift.member_id)
                .where(DutyShift.unit_id == "police")
                .order_by(DutyShift.day, Member.name)
            ).all()
        found = {}
        for day, name in rows:
            found.setdefault(day, []).append(name)
        return found

    return read


def seen_on(head, monday=NEXT):
    page = head.get("/desk/duty/week", **{"from": monday.isoformat()})
    assert page.status_code == 200
    return re.search(r'name="seen" value="([0-9a-f]{16})"', page.text)[1]


def send(head, members, ticks, monday=NEXT, seen=None):
    fields = {
        day.isoformat(): [members[name].member_id for name in names] for day, names in ticks.items()
    }
    fields |= {"from": monday.isoformat(), "seen": seen or seen_on(head, monday)}
    return head.submit("/desk/duty/week", fields)


def test_seven_ticks_and_one_press_make_a_week(head, members, standing, app):
    """The duty form: one day at a time: staff.md, minors."""
    ticks = {NEXT + timedelta(days=n): ["police-1"] for n in range(7)}

    assert send(head, members, ticks).status_code == 303

    assert standing() == ticks
    with app.app_context():
        lines = db.reading.execute(select(AuditEvent.act, AuditEvent.detail)).all()
    assert lines[-1] == ("duty_week", "2026-11-30")


def test_what_is_not_ticked_any_more_goes_and_the_next_week_stays(head, members, standing):
    later = NEXT + timedelta(days=7)
    send(head, members, {later: ["police-2"]}, monday=later)
    send(head, members, {NEXT: ["police-1", "police-2"]})
    send(head, members, {NEXT: ["police-2"], NEXT + timedelta(days=1): ["police-1"]})

    assert standing() == {
        NEXT: ["police-2"],
        NEXT + timedelta(days=1): ["police-1"],
        later: ["police-2"],
    }


def test_days_that_are_gone_stay_as_they_were(head, members, standing, walk):
    walk(MONDAY)
    send(head, members, {MONDAY: ["police-1"], WEDNESDAY: ["police-1"]}, monday=MONDAY)
    walk(WEDNESDAY)

    send(head, members, {WEDNESDAY: ["police-2"]}, monday=MONDAY)

    assert standing() == {MONDAY: ["police-1"], WEDNESDAY: ["police-2"]}


def test_of_two_heads_the_second_is_told_and_loses_no_tick(head, members, standing):
    seen = seen_on(head)
    send(head, members, {NEXT: ["police-1"]})

    late = send(head, members, {NEXT: ["police-2"]}, seen=seen)

    assert late.status_code == 409
    assert "您选的还在" in late.text
    box = rf'value="{members["police-2"].member_id}" checked'
    assert len(re.findall(box, late.text)) == 1
    assert standing() == {NEXT: ["police-1"]}
    again = re.search(r'name="seen" value="([0-9a-f]{16})"', late.text)[1]
    assert send(head, members, {NEXT: ["police-2"]}, seen=again).status_code == 303
    assert standing() == {NEXT: ["police-2"]}


REFUSED = {
    "another unit's member": ({NEXT: ["drugs-1"]}, NEXT, "有人不能值班了"),
    "an administrator": ({NEXT: ["admin"]}, NEXT, "有人不能值班了"),
    "a dispatcher": ({NEXT: ["police-desk"]}, NEXT, "有人不能值班了"),
    "a week that is gone": ({}, MONDAY - timedelta(days=7), "日期要在今天以后"),
    "in two years": ({}, NEXT + timedelta(days=730), "日期要在今天以后"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_week_that_cannot_be_is_refused_with_a_sentence(head, members, standing, case):
    ticks, monday, sentence = REFUSED[case]

    page = send(head, members, ticks, monday=monday)

    assert page.status_code == 422
    assert sentence in page.text
    assert standing() == {}


def test_whoever_was_suspended_since_goes_with_the_next_change(head, members, standing, app):
    send(head, members, {NEXT: ["police-1", "police-2"]})
    with app.app_context():
        db.session.get_one(Member, members["police-2"].member_id).suspended_on = WEDNESDAY
        db.session.commit()

    send(head, members, {NEXT: ["police-1"]})

    assert standing() == {NEXT: ["police-1"]}


@pytest.mark.parametrize("name", ["police-1", "police-desk", "admin"])
def test_only_heads_see_the_page_and_set_a_week(sign_in, members, standing, name):
    other = sign_in(name)

    assert other.get("/desk/duty/week").status_code == 403
    sent = {"from": NEXT.isoformat(), NEXT.isoformat(): members["police-1"].member_id, "seen": "x"}
    assert other.submit("/desk/duty/week", sent).status_code == 403
    assert standing() == {}


def test_a_head_sets_no_other_units_week(sign_in, members, app):
    custodian = sign_in("custodian-1")

    page = send(custodian, members, {NEXT: ["police-1"]})

    assert page.status_code == 422
    with app.app_context():
        assert db.reading.scalar(select(func.count()).select_from(DutyShift)) == 0


@pytest.mark.parametrize("text", ["", "nonsense", "9999-12-31", "0001-01-01", "2026-13-45"])
def test_a_broken_address_leads_to_a_week_that_is_there(head, text):
    assert head.get("/desk/duty/week", **{"from": text}).status_code == 200


def test_any_day_of_a_week_stands_for_it(head):
    assert "11-30" in head.get("/desk/duty/week", **{"from": "2026-12-04"}).text
    assert week.monday_of(date(2026, 12, 6)) == NEXT
    assert shifts.DAYS == 14
