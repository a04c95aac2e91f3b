"""Whose turn it is in a unit's opening: told to its people, to an administrator, and to links."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import update

from admin.app_state import app_state
from admin.db import db, today
from admin.members import first_two, invitations
from admin.models import Invitation, KeyGrant, Member, UnitKey
from admin.unit_keys.progress import Stage, progress_json, read_progress

UNIT = "drugs"
DIGITS = b"k" * 32


@pytest.fixture
def opening(app, people):
    """A unit whose first two are invited; gives the links."""
    with app.app_context():
        yield first_two.open_unit(
            db.session,
            app_state().district,
            UNIT,
            head="负责人乙",
            second="研判员丁",
            by=people.admin.name,
            now=int(time.time()),
        )


def stage(**other):
    here = app_state()
    rule = {"may_publish": False} | other
    found = read_progress(
        db.session, here.district, here.district.units[UNIT], int(time.time()), **rule
    )
    return found.stage, found.names


def moved(people, name, roles):
    """Let one of the made members stand for who joined."""
    row = db.session.get_one(Member, people)
    row.unit_id, row.name, row.roles = UNIT, name, roles
    db.session.execute(update(Invitation).where(Invitation.name == name).values(used_on=today()))
    db.session.commit()
    return row


def test_each_step_of_an_opening_is_somebodys_turn(people, opening):
    assert stage() == (Stage.HEAD_CODE, ())
    invitations.speak_code(db.session, opening.head.invitation, by="局长", key=DIGITS)
    assert stage() == (Stage.HEAD_JOINS, ("负责人乙",))

    head = moved(people.first.id, "负责人乙", ["reviewer"])
    assert stage() == (Stage.MAKE, ("负责人乙",))
    held = db.session.get_one(UnitKey, people.key.id)
    held.unit_id, held.made_by = UNIT, head.name
    db.session.flush()
    assert stage() == (Stage.SPEAK, ("负责人乙",))

    invitations.speak_code(db.session, opening.second.invitation, by=head.name, key=DIGITS)
    assert stage() == (Stage.JOIN, ("研判员丁",))
    other = moved(people.second.id, "研判员丁", ["analyst"])
    assert stage() == (Stage.HAND, ("负责人乙",))

    grant = KeyGrant(unit_key_id=held.id, member_id=other.id, sealed=b"x")
    db.session.add(grant)
    db.session.flush()
    assert stage() == (Stage.CONFIRM, ("研判员丁",))
    held.confirmed_by = other.name
    db.session.flush()
    assert stage() == (Stage.PUBLISH, ())
    assert stage(may_publish=True) == (Stage.PUBLISH, ("研判员丁",))

    here = app_state()
    here.district = replace(here.district, fingerprints=frozenset({(UNIT, held.fingerprint)}))
    assert stage() == (Stage.OPEN, ())


def test_a_unit_that_nobody_asked_waits_for_the_administrator(app, people):
    with app.app_context():
        assert stage() == (Stage.INVITE, ())
        row = db.session.get_one(UnitKey, people.key.id)
        row.unit_id, row.made_by = UNIT, "ada"
        moved(people.first.id, "ada", ["reviewer"])
        assert stage() == (Stage.INVITE_SECOND, ())


@pytest.mark.parametrize(("me", "is_mine"), [("负责人乙", True), ("研判员丁", False)])
def test_a_page_says_whether_it_is_my_turn(people, opening, me, is_mine):
    invitations.speak_code(db.session, opening.head.invitation, by="局长", key=DIGITS)
    here = app_state()
    found = read_progress(
        db.session, here.district, here.district.units[UNIT], int(time.time()), may_publish=False
    )

    told = progress_json(found, me=me)

    assert told["mine"] is is_mine
    assert told["who"] == "负责人乙"
    assert [step["state"] for step in told["steps"]] == ["done", "now", *["later"] * 5]


def test_a_link_tells_how_far_it_is_and_no_name(app, desk, people, opening):
    db.session.commit()
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token("/desk/join")}

    for token in (opening.head.token, opening.head.head_token, opening.second.token):
        answer = desk.post("/desk/join/progress", json={"token": token}, headers=headers)
        assert answer.json["units"][0]["stage"] == "head_code"
        assert not any(name in answer.text for name in ("负责人乙", "研判员丁"))
    for token in ("", "x" * 22, None, 5):
        answer = desk.post("/desk/join/progress", json={"token": token}, headers=headers)
        assert answer.status_code == 404


@pytest.mark.table
@pytest.mark.parametrize(("who", "units"), [("admin", ["police", "drugs"]), ("first", ["police"])])
def test_an_administrator_is_told_of_all_units_on_their_way(desk, people, opening, who, units):
    db.session.commit()
    desk.enter(getattr(people, who).id)

    told = desk.ask("/desk/progress.json").json["units"]

    assert [one["unit"] for one in told] == units
    # `police` has two readers: one of them waits for the key, which is no administrator's turn.
    assert not any(one["mine"] for one in told if who == "admin")


def test_a_second_member_that_is_missing_is_the_administrators_turn(app, desk, people):
    with app.app_context():
        db.session.execute(update(Member).where(Member.name == "bo").values(suspended_on=today()))
        db.session.commit()
    desk.enter(people.admin.id)

    (police,) = desk.ask("/desk/progress.json").json["units"]

    assert (police["stage"], police["mine"]) == ("invite_second", True)


def test_asking_how_far_it_is_keeps_no_session_alive(app, desk, people, now):
    now["is"] = int(time.time())
    desk.enter(people.first.id)
    now["is"] += 14 * 60
    assert desk.ask("/desk/progress.json").status_code == 200
    now["is"] += 2 * 60
    assert desk.ask("/desk/progress.json").status_code == 401


# The first two, in one step


def test_one_step_invites_both_and_the_head_speaks_the_second_code(opening):
    head, second = opening.head, opening.second

    assert head.invitation.roles == ["reviewer"]
    assert head.head_token is not None
    assert second.head_token is None
    assert second.invitation.roles == ["analyst", "registrar"]


def test_a_unit_for_tips_about_officials_begins_with_a_custodian(app, people):
    with app.app_context():
        district = app_state().district
        assert {first_two.head_role(district, unit) for unit in district.ways.takers} == {
            "custodian"
        }


def test_nobody_but_a_head_speaks_the_second_code(desk, people, opening):
    db.session.execute(update(Member).where(Member.name == "ada").values(roles=["reviewer"]))
    db.session.commit()
    desk.enter(people.first.id)

    answer = desk.send("/desk/unit/code", {"name": "研判员丁"})

    assert answer.status_code == 403


REFUSED = {
    "a unit with a head": ({"unit_id": "police"}, first_two.HasHead),
    "one name twice": ({"second": " 负责人乙"}, first_two.SameName),
    "a name that is invited": ({"head": "请过的"}, first_two.InvitedAlready),
    "the other name that is invited": ({"second": "请过的"}, first_two.InvitedAlready),
}


@pytest.mark.table
@pytest.mark.parametrize("case", REFUSED)
def test_who_can_not_open_a_unit_is_not_invited(app, people, case):
    values, refusal = REFUSED[case]
    now = int(time.time())
    asked = {"unit_id": UNIT, "head": "负责人乙", "second": "研判员丁"} | values
    with app.app_context():
        db.session.get_one(Member, people.first.id).roles = ["reviewer"]
        invitations.invite(
            db.session, name="请过的", unit_id=None, roles=["auditor"], by="甲", now=now
        )
        with pytest.raises(refusal):
            first_two.open_unit(
                db.session, app_state().district, asked.pop("unit_id"), by="甲", now=now, **asked
            )


def post(desk, path, values):
    """Send one of the page's forms."""
    return desk.post(path, data=values | {"csrf_token": desk.token()})


def form(**other):
    return {"opened": UNIT, "head": "负责人乙", "second": "研判员丁"} | other


def test_the_page_shows_three_links_once_and_each_has_a_button(desk, people):
    desk.enter(people.admin.id)
    page = post(desk, "/desk/admin/units/open", form()).text

    for name in ("link", "head-link", "second-link"):
        assert f'data-copy="{name}"' in page
    again = post(desk, "/desk/admin/units/open", form())
    assert again.status_code == 422
    assert "请从表里选一个单位" in again.text


FAULTS = {
    "head": (form(head=""), "请写负责人的姓名。"),
    "second": (form(second="负责人乙"), "两个姓名一样。"),
    "second taken": (form(second="ada"), "已经有这个姓名的成员"),
}


@pytest.mark.table
@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_with_the_two_is_said_at_its_field(desk, people, case):
    posted, sentence = FAULTS[case]
    desk.enter(people.admin.id)

    answer = post(desk, "/desk/admin/units/open", posted)

    assert answer.status_code == 422
    assert f'href="#{case.split()[0]}"' in answer.text
    assert sentence in answer.text


def test_no_name_is_invited_twice_unnoticed(desk, people):
    desk.enter(people.admin.id)
    asked = {"name": "新审计", "unit": "", "roles": "auditor", "replaces": ""}
    assert post(desk, "/desk/admin/invitations", asked).status_code == 200

    again = post(desk, "/desk/admin/invitations", asked)
    knowing = post(desk, "/desk/admin/invitations", asked | {"again": "y"})

    assert again.status_code == 422
    assert "这个姓名请过了" in again.text
    assert knowing.status_code == 200


def test_the_roles_are_explained_where_they_are_chosen(desk, people):
    desk.enter(people.admin.id)

    page = desk.get("/desk/admin/").text

    assert "统计员：只看统计数" in page
    assert "分派员：只分派，看不到线索内容" in page
