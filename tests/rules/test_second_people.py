"""What one person alone cannot do: on the supervisory way, and with a session that is locked."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from admin.access.permissions import is_allowed
from admin.audit.log import record
from admin.counts.publishing.store import DRAFTED, line_of, sum_of
from admin.db import db, today
from admin.models import AuditEvent, CountPublication, Invitation, Member, StaffSession, Tip
from admin.tip.status import TipStatus
from tests.admin.desk.conftest import store_sealed, why
from tests.publishing import OF_NOTHING
from tests.support import desk_client

from .test_roles import address, attempt, staff_views

PEOPLE = {
    "管理员": ("administrator", None),
    "专管员": ("custodian", "supervision"),
    "上一级负责人": ("reviewer", "upper"),
    "上一级研判员": ("analyst", "upper"),
    "公安负责人": ("reviewer", "police"),
    "统计员甲": ("counter", None),
    "统计员乙": ("counter", None),
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
@pytest.mark.parametrize(
    "order", [{"bulk_action": "spam"}, {"bulk_action": "urgency", "urgency": "P3"}]
)
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
    fields = {"version": version, "move_to": move_to, "reason": reason, **why()}
    return browser.post(f"/desk/tips/{tip.reference}/decision", data=fields, headers=headers)


@pytest.mark.parametrize("name", EARLY)
def test_one_person_alone_ends_no_supervisory_tip_early(app, enter, tip, name):
    decide(enter("专管员"), tip, *EARLY[name])

    assert tip_now(app, tip)[:2] == (TipStatus.RECEIVED, None)


def asked_of(browser):
    """What a head is asked to agree to, as the ids of the forms on their page."""
    return re.findall(r'action="/desk/second/(\d+)"', browser.get("/desk/second/").text)


def asked_at(browser, tip):
    """The same on the page of a tip of their own unit."""
    page = browser.get(f"/desk/tips/{tip.reference}").text
    return re.findall(r'action="/desk/second/(\d+)"', page)


def read(browser, tip):
    """Say to have no part in a tip, and open it."""
    headers = {"X-CSRFToken": browser.csrf, "Accept": "application/json"}
    path = f"/desk/tips/{tip.reference}"
    assert browser.post(f"{path}/clear", headers=headers).status_code == 200
    assert browser.get(f"{path}/sealed.json").status_code == 200


def answer(browser, request_id, agree="yes"):
    return post(browser, f"/desk/second/{request_id}", agree=agree)


def events(app):
    with app.app_context():
        rows = db.reading.scalars(select(AuditEvent).order_by(AuditEvent.number))
        return [(row.act, row.by, row.detail) for row in rows]


def test_a_head_of_the_upper_unit_agrees_to_the_suspension(app, people, enter):
    admin, head = enter("管理员"), enter("上一级负责人")
    assert "一个人停不了" in admin.get(f"/desk/admin/suspend/{people.ids['专管员']}").text
    suspend(admin, people.ids["专管员"])
    assert "已请另一单位的负责人同意停用" in admin.get("/desk/admin/").text
    (request_id,) = asked_of(head)
    page = head.get("/desk/second/").text
    assert all(words in page for words in ("停用成员：专管员", "管理员", "离职、调岗"))

    assert answer(head, request_id).status_code == 303

    assert member(app, "专管员").suspended_on == today()
    assert asked_of(head) == []
    acts = events(app)
    assert ("second_asked", "管理员", "suspend left 专管员") in acts
    assert ("second_given", "上一级负责人", "suspend left 管理员") in acts
    assert ("suspended", "管理员", "专管员") in acts


def test_who_does_not_agree_leaves_all_as_it_was(app, people, enter):
    suspend(enter("管理员"), people.ids["专管员"])
    head = enter("上一级负责人")
    (request_id,) = asked_of(head)

    assert answer(head, request_id, "no").status_code == 303

    assert member(app, "专管员").suspended_on is None
    assert asked_of(head) == []
    assert answer(head, request_id).status_code == 409


@pytest.mark.table
@pytest.mark.parametrize("name", ["管理员", "专管员", "上一级研判员", "公安负责人"])
def test_nobody_else_is_the_second_person(app, people, enter, name):
    suspend(enter("管理员"), people.ids["专管员"])
    (request_id,) = asked_of(enter("上一级负责人"))

    assert answer(enter(name), request_id).status_code == 403

    assert member(app, "专管员").suspended_on is None


def test_one_who_is_not_the_last_is_shut_out_at_once(app, people, enter):
    with app.app_context():
        db.session.add(member_row("另一位专管员", "custodian", "supervision"))
        db.session.commit()

    suspend(enter("管理员"), people.ids["专管员"])

    assert member(app, "专管员").suspended_on == today()


def test_the_last_head_of_the_upper_unit_takes_a_head_of_the_supervisory_one(app, people, enter):
    """Otherwise the administrator would first make an upper unit of their own."""
    suspend(enter("管理员"), people.ids["上一级负责人"])
    assert member(app, "上一级负责人").suspended_on is None
    custodian = enter("专管员")
    (request_id,) = asked_of(custodian)

    answer(custodian, request_id)

    assert member(app, "上一级负责人").suspended_on == today()


def test_without_anybody_who_could_agree_it_is_told_whom_to_invite_first(app, people, enter):
    with app.app_context():
        upper = update(Member).where(Member.unit_id == "upper")
        db.session.execute(upper.values(roles=["analyst"]))
        db.session.commit()

    page = suspend(enter("管理员"), people.ids["专管员"])

    assert (page.status_code, "还没有负责人" in page.text) == (409, True)
    assert member(app, "专管员").suspended_on is None


def test_the_code_of_a_new_custodian_is_spoken_by_the_upper_units_head(app, enter):
    admin, head, custodian = enter("管理员"), enter("上一级负责人"), enter("专管员")
    fields = {"name": "新专管员", "unit": "supervision", "roles": "custodian"}
    page = post(admin, "/desk/admin/invitations", **fields, replaces="专管员").text
    assert "上一级负责人" in page

    def speak(browser):
        headers = {"Accept": "application/json", "X-CSRFToken": browser.csrf}
        return browser.post("/desk/unit/code", json={"name": "新专管员"}, headers=headers)

    assert "新专管员" in head.get("/desk/unit/").text
    assert "新专管员" not in custodian.get("/desk/unit/").text
    assert speak(custodian).status_code == 403
    assert speak(head).status_code == 200


def test_where_neither_unit_has_a_head_a_first_member_comes_by_the_second_link(app, people, enter):
    with app.app_context():
        db.session.execute(
            update(Member)
            .where(Member.unit_id.in_(["upper", "supervision"]))
            .values(suspended_on=today())
        )
        db.session.commit()
    fields = {"name": "第一位", "unit": "supervision", "roles": "custodian"}

    page = post(enter("管理员"), "/desk/admin/invitations", **fields).text

    assert "/desk/join/head#" in page


@pytest.mark.parametrize("name", EARLY)
def test_an_early_end_is_carried_out_when_the_second_person_agrees(app, enter, tip, name):
    custodian, head = enter("专管员"), enter("上一级负责人")
    decide(custodian, tip, *EARLY[name])
    assert "等「上一级承办组」的负责人核对" in custodian.get(f"/desk/tips/{tip.reference}").text
    (request_id,) = asked_of(head)
    page = head.get("/desk/second/").text
    assert tip.reference in page
    assert "30 天后删除内容" in page

    answer(head, request_id)

    status, expires_on, *_rest = tip_now(app, tip)
    assert (status, (expires_on - today()).days) == (EARLY[name][0], 30)


@pytest.fixture
def tip_above(app, people):
    """A tip whose reporter excluded the supervisory unit."""
    return store_sealed(app, "upper", label=False)


@pytest.fixture
def enter_other(app, people):
    """Enter as a second head of the upper unit, once there is one."""

    def entered():
        with app.app_context():
            db.session.add(member_row("上一级另一位负责人", "reviewer", "upper"))
            db.session.commit()
        browser = desk_client(app).enter(member(app, "上一级另一位负责人").id)
        browser.csrf = browser.token()
        return browser

    return entered


@pytest.mark.table
@pytest.mark.parametrize("who", ["上一级负责人", "上一级研判员"])
@pytest.mark.parametrize("name", EARLY)
def test_no_one_alone_ends_what_lies_at_the_upper_unit_early(app, enter, tip_above, name, who):
    decide(enter(who), tip_above, *EARLY[name])

    assert tip_now(app, tip_above)[:2] == (TipStatus.RECEIVED, None)


def test_a_unit_above_with_one_head_says_whom_to_ask_first(enter, tip_above):
    answered = decide(enter("上一级负责人"), tip_above, *EARLY["spam"])

    assert "还没有" in answered.json["error"]


@pytest.mark.parametrize("path", ["/desk/bulk", "/desk/bulk/done"])
def test_bulk_acts_leave_what_lies_at_the_upper_unit_out(app, enter, tip_above, path):
    page = post(enter("上一级负责人"), path, tip=f"{tip_above.reference}.1", bulk_action="spam")

    assert tip_now(app, tip_above)[:2] == (TipStatus.RECEIVED, None)
    assert "专管线索不能成批" in page.text


def test_another_head_of_the_upper_unit_agrees_and_the_unit_below_never_hears_of_it(
    app, enter, enter_other, tip_above
):
    asker, other = enter("上一级负责人"), enter_other()
    decide(asker, tip_above, *EARLY["spam"])
    assert asked_at(asker, tip_above) == []
    (request_id,) = asked_at(other, tip_above)
    below = enter("专管员")
    assert asked_of(below) == []
    assert tip_above.reference not in below.get("/desk/second/").text
    assert answer(below, request_id).status_code == 403
    assert answer(asker, request_id).status_code == 403

    # Whoever holds the key has read the tip first, with the reason.
    assert answer(other, request_id).status_code == 409
    assert tip_now(app, tip_above)[0] == TipStatus.RECEIVED
    read(other, tip_above)

    answer(other, request_id)

    status, expires_on, *_rest = tip_now(app, tip_above)
    assert (status, (expires_on - today()).days) == (TipStatus.CLOSED, 30)


def test_what_came_since_is_not_closed_unread(app, enter, tip):
    custodian, head = enter("专管员"), enter("上一级负责人")
    decide(custodian, tip, *EARLY["spam"])
    (request_id,) = asked_of(head)
    headers = {"Accept": "application/json", "X-CSRFToken": custodian.csrf}
    path = f"/desk/tips/{tip.reference}/claim"
    assert custodian.post(path, data={"version": 1}, headers=headers).status_code == 303
    assert "请再提一次" in custodian.get(f"/desk/tips/{tip.reference}").text

    page = answer(head, request_id)

    assert (page.status_code, "后来变过了" in page.text) == (409, True)
    assert tip_now(app, tip)[:2] == (TipStatus.RECEIVED, None)
    assert asked_of(head) == []


def test_what_one_who_was_shut_out_since_asked_for_is_not_done(app, people, enter, tip):
    custodian, head = enter("专管员"), enter("上一级负责人")
    decide(custodian, tip, *EARLY["spam"])
    (request_id,) = asked_of(head)
    with app.app_context():
        db.session.get_one(Member, people.ids["专管员"]).suspended_on = today()
        db.session.commit()

    assert answer(head, request_id).status_code == 409
    assert tip_now(app, tip)[0] == TipStatus.RECEIVED


def test_other_ends_of_a_supervisory_tip_and_those_of_other_tips_take_one_person(app, enter, tip):
    custodian, head = enter("专管员"), enter("公安负责人")
    read(custodian, tip)
    decide(custodian, tip, "closed", "known")
    assert tip_now(app, tip)[0] == TipStatus.CLOSED

    other = store_sealed(app, "police")
    read(head, other)
    decide(head, other, "closed", "known")
    status, expires_on, *_rest = tip_now(app, other)
    assert (status, (expires_on - today()).days) == (TipStatus.CLOSED, 180)


@pytest.mark.table
@pytest.mark.parametrize(
    ("name", "agree", "status"),
    [
        *(("统计员甲", agree, 403) for agree in ("yes", "no")),
        *((name, "yes", 403) for name in PEOPLE if not name.startswith("统计员")),
        *(("统计员乙", agree, 303) for agree in ("yes", "no")),
    ],
)
def test_numbers_are_published_by_another_counter_than_who_made_them(
    app, enter, name, agree, status
):
    row = CountPublication(
        day=today(),
        quarters=["2026-Q3"],
        groups={},
        is_closed=True,
        sha256=sum_of(OF_NOTHING),
        made_by="统计员甲",
        made_on=today(),
        body=OF_NOTHING,
    )
    with app.app_context():
        db.session.add(row)
        record(db.session, DRAFTED, by=row.made_by, detail=line_of(row))
        db.session.commit()
        seen = row.sha256

    fields = {"agree": agree, "sha256": seen, "why": "numbers"}
    answered = post(enter(name), "/desk/counts/publication/", **fields)

    assert answered.status_code == status
    with app.app_context():
        now = db.reading.scalars(select(CountPublication)).one()
        settled = (now.confirmed_by, now.refused_by)
    assert settled == {
        (303, "yes"): ("统计员乙", None),
        (303, "no"): (None, "统计员乙"),
    }.get((status, agree), (None, None))


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
    from admin.serving.server import prepare

    browser = enter("专管员")

    prepare(app)

    assert browser.get("/desk/account/").status_code == 200
