"""What one person alone cannot do: on the supervisory way, and with a session that is locked."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from admin.accounts.acts import is_allowed
from admin.db import db, today
from admin.models import Invitation, Member, StaffSession, Tip, TipStatus
from tests.admin.desk.conftest import store_sealed
from tests.support import desk_client

from .test_roles import address, attempt, staff_views

PEOPLE = {
    "管理员": ("administrator", None),
    "专管员": ("custodian", "supervision"),
    "上一级负责人": ("reviewer", "upper"),
    "上一级研判员": ("analyst", "upper"),
    "公安负责人": ("reviewer", "police"),
}


def member_row(name, role, unit_id):
    return Member(
        name=name,
        unit_id=unit_id,
        roles=[role],
        recipient="age1pq1",
        salt=b"s" * 16,
        auth_hash=b"h" * 32,
        made_on=today(),
        sealed_identity=b"",
    )


@pytest.fixture
def people(app, units):
    """Give the ids of an administrator, a custodian, and heads of other units, by name."""
    with app.app_context():
        rows = [member_row(name, *rest) for name, rest in PEOPLE.items()]
        db.session.add_all(rows)
        db.session.commit()
        return SimpleNamespace(ids={row.name: row.id for row in rows})


@pytest.fixture
def enter(app, people):
    def entered(name):
        browser = desk_client(app).enter(people.ids[name])
        browser.csrf = browser.token()
        return browser

    return entered


def post(browser, path, **fields):
    return browser.post(path, data={"csrf_token": browser.csrf, **fields})


def member(app, name):
    with app.app_context():
        return db.reading.scalars(select(Member).filter_by(name=name)).one()


def tip_now(app, tip):
    with app.app_context():
        return db.reading.execute(
            select(Tip.status, Tip.expires_on, Tip.version, Tip.outcome, Tip.urgency).where(
                Tip.id == tip.id
            )
        ).one()


@pytest.fixture
def tip(app, people):
    """A tip about an official."""
    return store_sealed(app, "supervision", label=False)


def suspend(browser, member_id, **fields):
    return post(browser, f"/desk/admin/suspend/{member_id}", sure="y", why="left", **fields)


def test_the_administrator_alone_does_not_suspend_the_only_custodian(app, people, enter):
    answer = suspend(enter("管理员"), people.ids["专管员"])

    assert answer.status_code < 500
    assert member(app, "专管员").suspended_on is None


def test_the_administrator_alone_does_not_play_both_people_of_a_replacement(app, enter):
    answer = post(
        enter("管理员"),
        "/desk/admin/invitations",
        name="新专管员",
        unit="supervision",
        roles="custodian",
        replaces="专管员",
    )

    assert "/desk/join/head#" not in answer.text
    with app.app_context():
        assert db.reading.scalars(select(Invitation.head_hash)).all() == [None]


@pytest.mark.parametrize("path", ["/desk/bulk", "/desk/bulk/done"])
@pytest.mark.parametrize("order", [{"deed": "spam"}, {"deed": "urgency", "urgency": "P3"}])
def test_bulk_acts_leave_supervisory_tips_out_and_say_so(app, enter, tip, path, order):
    page = post(enter("专管员"), path, tip=f"{tip.reference}.1", **order)

    assert tip_now(app, tip)[:2] == (TipStatus.RECEIVED, None)
    assert tip_now(app, tip).urgency == "P2"
    assert "专管线索不能成批" in page.text


EARLY = {
    "spam": ("closed", "spam"),
    "withdrawn": ("closed", "withdrawn"),
    "out of scope, deleted after a week": ("out_of_scope", "protected"),
}


def decide(browser, tip, move_to, reason, version=1):
    headers = {"Accept": "application/json", "X-CSRFToken": browser.csrf}
    fields = {"version": version, "move_to": move_to, "reason": reason}
    return browser.post(f"/desk/tips/{tip.reference}/decision", data=fields, headers=headers)


@pytest.mark.parametrize("name", EARLY)
def test_one_person_alone_ends_no_supervisory_tip_early(app, enter, tip, name):
    decide(enter("专管员"), tip, *EARLY[name])

    assert tip_now(app, tip)[:2] == (TipStatus.RECEIVED, None)


UNLOCKING = ("/desk/unlock", "/desk/lock")


@pytest.mark.parametrize("name", ["管理员", "专管员", "上一级负责人"])
def test_a_locked_session_does_nothing_but_unlock_and_sign_out(app, people, enter, tip, name):
    browser = enter(name)
    headers = {"X-CSRFToken": browser.csrf, "Accept": "application/json"}
    assert browser.post("/desk/lock", headers=headers).status_code == 200

    tried = 0
    for rule, method, act in staff_views(app):
        path = address(rule, tip.reference)
        if path.startswith(UNLOCKING) or (act and not is_allowed(act, [PEOPLE[name][0]])):
            continue
        answer = attempt(browser, path, method)
        assert answer.status_code == 423, (method, path, answer.status_code)
        page = browser.open(path, method=method, headers={"X-CSRFToken": browser.csrf})
        assert page.location == "/desk/unlock", (method, path)
        tried += 1
    assert tried > 10
    # Nor what is open to everybody at the desk: a second account by an invitation, say.
    assert browser.get("/desk/join").location == "/desk/unlock"
    assert browser.get("/desk/sign-in").location == "/desk/unlock"
    assert browser.get("/desk/unlock").status_code == 200
    assert browser.post("/desk/sign-out", headers=headers).location == "/desk/sign-in"


def test_a_session_ends_after_twelve_hours_however_busy_it_was(app, enter):
    browser = enter("专管员")
    assert browser.get("/desk/account/").status_code == 200
    with app.app_context():
        db.session.execute(update(StaffSession).values(opened_at=StaffSession.opened_at - 43_200))
        db.session.commit()

    assert browser.get("/desk/account/").location == "/desk/sign-in"
    with app.app_context():
        # The row goes with it, and so does the key to what rests in the browser.
        assert db.reading.scalars(select(StaffSession)).all() == []


def test_a_node_that_starts_ends_nobodys_session(app, enter):
    from admin.server import prepare

    browser = enter("专管员")

    prepare(app)

    assert browser.get("/desk/account/").status_code == 200
