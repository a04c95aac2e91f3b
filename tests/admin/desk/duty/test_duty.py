"""Who is on duty, what shifts tell each other, and who may change what."""

import base64
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.desk.duty.views import shifts
from admin.models import AuditEvent, DutyShift, HandoverNote, Member, UnitKey
from admin.tip.urgency import Urgency

AGE = base64.b64encode(b"age-encryption.org/v1\n" + secrets.token_bytes(200)).decode()


@pytest.fixture
def head(app, sign_in, members):
    """A reviewer of the police unit: the one who makes the roster."""
    with app.app_context():
        db.session.get_one(Member, members["police-1"].member_id).roles = ["reviewer"]
        db.session.commit()
    return sign_in("police-1")


def post(desk, address, **fields):
    fields["csrf_token"] = desk.token()
    return desk.client.post(f"/desk/duty/{address}", data=fields, base_url=desk.base_url)


def key_of(app, unit_id="police"):
    with app.app_context():
        return db.session.scalars(select(UnitKey.id).filter_by(unit_id=unit_id)).one()


def rows(app, table):
    with app.app_context():
        return list(db.session.scalars(select(table)))


def test_a_head_puts_a_member_on_duty_and_all_see_it(app, head, members):
    shown = post(head, "shifts", day=today().isoformat(), member=members["police-2"].member_id)

    assert shown.status_code == 303
    assert "police-2" in head.get("/desk/duty/").text
    assert [row.day for row in rows(app, DutyShift)] == [today()]
    assert rows(app, AuditEvent)[-1].act == "duty_set"


def test_the_same_shift_twice_is_one_shift(app, head, members):
    for _ in range(2):
        post(head, "shifts", day=today().isoformat(), member=members["police-2"].member_id)

    assert len(rows(app, DutyShift)) == 1


REFUSED = {
    "yesterday": ({"day": -1, "member": "police-2"}, "日期要在今天以后"),
    "in two years": ({"day": 800, "member": "police-2"}, "日期要在今天以后"),
    "another unit's member": ({"day": 0, "member": "drugs-1"}, "这个人不能值班"),
    "an administrator": ({"day": 0, "member": "admin"}, "这个人不能值班"),
    "no day": ({"member": "police-2"}, "请选一天"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_shift_that_cannot_be_is_refused_with_a_sentence(app, head, members, case):
    fields, sentence = REFUSED[case]
    sent = {"member": members[fields["member"]].member_id}
    if "day" in fields:
        sent["day"] = (today() + timedelta(days=fields["day"])).isoformat()

    page = post(head, "shifts", **sent)

    assert page.status_code == 422
    assert sentence in page.text
    assert rows(app, DutyShift) == []


def test_a_day_without_anybody_is_shown_loudly(head):
    assert "七天以内有 7 天没人值班" in head.get("/desk/duty/").text


def test_a_shift_is_removed_by_a_head_of_its_own_unit_only(app, head, members, sign_in):
    post(head, "shifts", day=today().isoformat(), member=members["police-2"].member_id)
    shift = rows(app, DutyShift)[0]
    with app.app_context():
        db.session.get_one(Member, members["drugs-1"].member_id).roles = ["reviewer"]
        db.session.commit()

    other = post(sign_in("drugs-1"), f"shifts/{shift.id}/remove")

    assert other.status_code == 404
    assert post(head, f"shifts/{shift.id}/remove").status_code == 303
    assert rows(app, DutyShift) == []


def test_last_weeks_people_are_put_on_the_next_week_but_for_who_left(app, head, members):
    with app.app_context():
        for name, ago in (("police-1", 1), ("police-2", 0), ("drugs-1", 0)):
            day = today() - timedelta(days=ago)
            member_id = members[name].member_id
            db.session.add(DutyShift(unit_id="police", day=day, member_id=member_id))
        db.session.commit()

    post(head, "shifts/repeat")

    with app.app_context():
        roster = shifts.read_roster(db.session, "police", today() + timedelta(days=1))
    planned = {day: [one.name for one in people] for day, people in roster.items() if people}
    assert planned == {
        today() + timedelta(days=6): ["police-1"],
        today() + timedelta(days=7): ["police-2"],
    }


def test_who_is_no_head_changes_no_roster(app, colleague, members):
    page = post(colleague, "shifts", day=today().isoformat(), member=members["police-2"].member_id)

    assert page.status_code == 403
    assert rows(app, DutyShift) == []
    assert rows(app, AuditEvent)[-1].detail == "roster POST"


def test_a_hand_over_note_comes_sealed_and_is_shown_to_the_unit_alone(app, colleague, sign_in):
    kept = post(colleague, "notes", sealed=AGE, key=key_of(app))

    assert kept.status_code == 303
    assert AGE in colleague.get("/desk/duty/").text
    assert AGE not in sign_in("drugs-1").get("/desk/duty/").text
    note = rows(app, HandoverNote)[0]
    assert (note.by, note.unit_id) == ("police-2", "police")


@pytest.mark.parametrize("sealed", ["", "words in clear", base64.b64encode(b"clear").decode()])
def test_a_hand_over_note_that_is_not_sealed_is_refused(app, colleague, sealed):
    page = post(colleague, "notes", sealed=sealed)

    assert page.status_code == 422
    assert rows(app, HandoverNote) == []


OTHER_KEYS = {
    "none": lambda _app: {},
    "an empty one": lambda _app: {"key": ""},
    "another unit's": lambda app: {"key": key_of(app, "drugs")},
    "no number": lambda _app: {"key": "undefined"},
}


@pytest.mark.parametrize("case", OTHER_KEYS)
def test_a_hand_over_note_names_the_key_in_use_that_it_is_sealed_to(app, colleague, case):
    answer = post(colleague, "notes", sealed=AGE, **OTHER_KEYS[case](app))

    assert answer.status_code == 423
    assert "刚换了新密钥" in answer.json["error"]
    assert rows(app, HandoverNote) == []


def test_a_note_sealed_before_a_renewal_is_filed_under_no_key(app, colleague):
    named = str(key_of(app))
    with app.app_context():
        key = db.session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
        key.retired_on = today()
        db.session.flush()
        with pytest.raises(shifts.OldKey):
            shifts.add_handover(db.session, "police", key=named, by="ada", sealed=b"x", now=1)
        db.session.rollback()


def test_a_dispatcher_sees_the_roster_and_no_notes(app, colleague, members, sign_in):
    post(colleague, "notes", sealed=AGE, key=key_of(app))
    with app.app_context():
        db.session.get_one(Member, members["police-2"].member_id).roles = ["dispatcher"]
        db.session.commit()
    page = sign_in("police-2").get("/desk/duty/")

    assert page.status_code == 200
    assert "交班记录" not in page.text
    assert AGE not in page.text


def test_an_urgent_tip_says_who_is_on_duty_today_or_that_nobody_is(app, head, members, make_tip):
    urgent, plain = make_tip(urgency=Urgency.P0), make_tip()
    assert "今天没有人值班" in head.show(urgent).text

    post(head, "shifts", day=today().isoformat(), member=members["police-2"].member_id)

    assert "今天值班：police-2" in head.show(urgent).text
    assert "值班：" not in head.show(plain).text
