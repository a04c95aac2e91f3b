"""Sign-in, lock and account over HTTP, as the scripts and the pages use them."""

import base64
import json
from dataclasses import replace

import pytest

from admin.access.demo_mark import mark_demo
from admin.db import db
from admin.models import AuditEvent, Member, StaffSession
from admin.sealing import age
from admin.sealing.check_code import check_code
from admin.sealing.member import sign_in_secret
from admin.signin import guard, throttle
from admin.signin.views import BRAKES
from tests.admin.staff import PASSPHRASE
from tests.support import desk_client


@pytest.fixture
def auth(desk, made):
    """What the browser posts for `ada`."""
    salt = desk.ask("/desk/sign-in/salt?name=ada").json["salt"]
    return sign_in_secret(PASSPHRASE, made[0].code, bytes.fromhex(salt)).hex()


def sign_in(desk, auth, name="ada"):
    return desk.send("/desk/sign-in", {"name": name, "auth": auth})


@pytest.fixture
def ada(desk, auth):
    """`desk`, signed in as ada."""
    assert sign_in(desk, auth).status_code == 200
    return desk


def row_count(app):
    with app.app_context():
        return db.session.query(StaffSession).count()


def test_the_sign_in_page_says_what_to_do_without_scripts(desk):
    page = desk.get("/desk/sign-in")

    assert page.status_code == 200
    assert "<noscript>" in page.text
    assert "演示成员" not in page.text


def test_no_field_of_the_sign_in_form_could_ever_be_sent(desk):
    page = desk.get("/desk/sign-in").text

    form = page[page.index('<form id="sign-in"') : page.index("</form>")]
    assert form.count("<input") == 5
    assert " name=" not in form


def test_a_right_secret_opens_a_session_and_shows_the_way(desk, auth):
    answer = sign_in(desk, auth)

    assert answer.json["next"] == "/desk/"
    assert desk.get("/desk/account/").status_code == 200
    assert desk.get("/desk/sign-in").location == "/desk/"


def test_the_cookie_is_strict_and_stays_on_the_desk(desk, auth):
    cookie = sign_in(desk, auth).headers["Set-Cookie"]

    assert all(part in cookie for part in ("Path=/desk/", "HttpOnly", "SameSite=Strict"))


@pytest.mark.table
@pytest.mark.parametrize("name", ["ada", "nobody", "", "a\nb"])
def test_a_wrong_secret_reads_the_same_for_every_name(desk, name):
    answer = sign_in(desk, "00" * 32, name)

    assert answer.status_code == 401
    assert answer.json == {"error": "姓名、口令或成员码不对。请对照成员卡再输一次。"}


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_five_failures_answer_with_the_seconds_to_wait(desk, name, monkeypatch):
    monkeypatch.setattr(guard, "clock", lambda: 1_000)
    for _ in range(5):
        assert sign_in(desk, "00" * 32, name).status_code == 401

    answer = sign_in(desk, "00" * 32, name)

    assert answer.status_code == 429
    assert answer.json["error"] == "试得太多了。请等 30 秒，再试一次。"
    assert answer.headers["Retry-After"] == "30"


def test_after_1000_failures_under_a_name_its_owner_signs_in_at_once(desk, auth, app, monkeypatch):
    monkeypatch.setattr(guard, "clock", lambda: 1_000)
    headers = {"X-CSRFToken": desk.token(), "Accept": "application/json"}
    # As many as a process judges in a few seconds would be braked: here they come one by one.
    app.extensions[BRAKES].judging = throttle.Brake(per_second=10_000, burst=10_000)
    wrong = {"name": "ada", "auth": "00" * 32}
    codes = [
        desk.post("/desk/sign-in", json=wrong, headers=headers).status_code for _ in range(1_000)
    ]
    assert codes == [401] * 5 + [429] * 995

    assert sign_in(desk, auth).status_code == 200
    assert desk.get("/desk/account/").status_code == 200


def test_a_failure_is_audited_by_the_members_name_and_never_by_what_was_typed(desk, app):
    for name in ("ada", "my passphrase, typed here"):
        sign_in(desk, "00" * 32, name)

    with app.app_context():
        lines = db.session.query(AuditEvent.act, AuditEvent.by, AuditEvent.detail).all()
    assert [tuple(line) for line in lines] == [
        ("sign_in_failed", "ada", ""),
        ("sign_in_failed", "-", ""),
    ]


def test_a_flood_of_names_writes_no_more_than_the_brake_lets_and_the_log_tells(desk, app, auth):
    brakes = app.extensions[BRAKES]
    brakes.writing = throttle.Brake(per_second=0, burst=3)
    codes = [sign_in(desk, "00" * 32, f"name {i}").status_code for i in range(10)]
    assert codes == [401] * 3 + [429] * 7
    assert sign_in(desk, auth).status_code == 200

    brakes.writing = throttle.Brake(per_second=0, burst=1)
    sign_in(desk_client(app), "00" * 32, "bo")

    with app.app_context():
        query = db.session.query(AuditEvent.by, AuditEvent.detail)
        lines = query.filter_by(act="sign_in_failed").order_by(AuditEvent.number).all()
    assert [tuple(line) for line in lines] == [("-", "")] * 3 + [("bo", "unwritten=7")]


def test_a_process_that_judges_all_it_can_asks_to_wait_whatever_the_name(desk, app, auth):
    app.extensions[BRAKES].judging = throttle.Brake(per_second=0, burst=0)

    answers = [sign_in(desk, auth, name) for name in ("ada", "nobody")]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert answers[0].json == answers[1].json


@pytest.mark.table
@pytest.mark.parametrize(
    "body", [None, [], {}, {"name": "ada"}, {"name": "ada", "auth": "zz"}, {"auth": "00" * 31}]
)
def test_a_malformed_sign_in_is_refused(desk, body):
    headers = {"X-CSRFToken": desk.token(), "Accept": "application/json"}

    answer = desk.post("/desk/sign-in", json=body, headers=headers)

    assert answer.status_code == 400


def test_the_session_is_new_after_sign_in(desk, auth, app):
    with desk.session_transaction("/desk/", base_url=desk._base) as session:
        session["planted"] = "by somebody"
    desk.get("/desk/sign-in")
    before = desk.get_cookie("desk", path="/desk/", domain="localhost").value

    answer = sign_in(desk, auth)

    with desk.session_transaction("/desk/", base_url=desk._base) as session:
        assert set(session) == {"sid", "csrf_token"}
    assert desk.get_cookie("desk", path="/desk/", domain="localhost").value != before
    assert answer.json["csrf"]


def test_signing_in_again_leaves_one_session_and_another_token(ada, auth, app):
    with ada.session_transaction("/desk/", base_url=ada._base) as session:
        first = session["sid"]

    assert (
        ada.post(
            "/desk/sign-in",
            json={"name": "ada", "auth": auth},
            headers={"X-CSRFToken": ada.token()},
        ).status_code
        == 200
    )

    with ada.session_transaction("/desk/", base_url=ada._base) as session:
        assert session["sid"] != first
    assert row_count(app) == 1


def test_15_idle_minutes_by_the_wall_clock_end_the_session_and_its_key(ada, app, monkeypatch):
    start = guard.clock()
    monkeypatch.setattr(guard, "clock", lambda: start + 14 * 60)
    assert ada.get("/desk/account/").status_code == 200
    monkeypatch.setattr(guard, "clock", lambda: start + 28 * 60)
    assert ada.get("/desk/account/").status_code == 200
    monkeypatch.setattr(guard, "clock", lambda: start + 28 * 60 + 900)

    assert ada.get("/desk/account/").location == "/desk/sign-in"
    assert ada.ask("/desk/session.json").status_code == 401
    assert row_count(app) == 0


def test_last_seen_is_rewritten_once_a_minute_at_most(ada, app, monkeypatch):
    def last_seen():
        with app.app_context():
            return db.session.query(StaffSession).one().last_seen

    start = last_seen()
    for seconds, expected in ((30, 0), (60, 0), (61, 61), (100, 61)):
        monkeypatch.setattr(guard, "clock", lambda now=start + seconds: now)
        ada.get("/desk/account/")
        assert last_seen() == start + expected


def test_a_suspended_member_is_out_at_once(ada, app, people):
    with app.app_context():
        db.session.get_one(Member, people.first.id).suspended_on = people.first.made_on
        db.session.commit()

    assert ada.ask("/desk/keyring.json").status_code == 401


def test_the_keyring_opens_with_the_members_secret_and_holds_no_key_in_clear(ada, made, people):
    keyring = ada.ask("/desk/keyring.json").json

    assert keyring["name"] == "ada"
    (found,) = keyring["units"]
    assert found["roster"] == [["", people.key.recovery], ["ada", people.first.recipient]]
    grant = base64.b64decode(found["grant"])
    assert age.open_sealed(grant, [made[0].identity]).startswith(b"AGE-SECRET-KEY-PQ-1")
    assert "AGE-SECRET-KEY" not in json.dumps(keyring)


def test_lock_replaces_the_wrap_key_and_keeps_the_sign_in(ada):
    assert ada.send("/desk/lock").json == {"locked": True}

    assert ada.ask("/desk/session.json").status_code == 423
    assert ada.get("/desk/unlock").status_code == 200


def test_the_lock_button_works_without_scripts(ada):
    token = ada.token()

    answer = ada.post("/desk/lock", data={"csrf_token": token})

    assert (answer.status_code, answer.location) == (303, "/desk/unlock")


def test_sign_out_ends_the_session_and_keeps_the_enrolled_browser(ada, app):
    token = ada.token()

    answer = ada.post("/desk/sign-out", data={"csrf_token": token})

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert row_count(app) == 0
    assert ada.get("/desk/account/").location == "/desk/sign-in"


def test_the_account_shows_who_i_am_and_the_fingerprint_once_it_is_confirmed(app, ada, people):
    page = ada.get("/desk/account/").text

    assert all(word in page for word in ("ada", "公安承办组", "研判员", "登记员"))
    # Its second person must hear it, not read it here.
    assert check_code(people.key.fingerprint) not in page
    assert "还没有第二个人核对" in page

    here = app.extensions["dengshao"]
    pairs = here.district.fingerprints | {("police", people.key.fingerprint)}
    here.district = replace(here.district, fingerprints=pairs)

    assert check_code(people.key.fingerprint) in ada.get("/desk/account/").text


def test_the_administrator_sees_units_and_members_and_no_key(desk, people):
    page = desk.enter(people.admin.id).get("/desk/admin/").text

    assert check_code(people.key.fingerprint) in page
    assert "未公布，不开放" in page
    assert 'href="/desk/admin/addresses/"' in page
    assert "管理员甲" in page
    assert desk.ask("/desk/keyring.json").json["units"] == []


def test_nobody_else_sees_the_administrators_page(ada):
    assert ada.get("/desk/admin/").status_code == 403


GUARDED = ["/desk/account/", "/desk/admin/", "/desk/unlock", "/desk/keyring.json"]


@pytest.mark.table
@pytest.mark.parametrize("path", [*GUARDED, "/desk/session.json"])
def test_a_stranger_is_sent_to_the_sign_in_page(desk, path):
    assert desk.get(path).location == "/desk/sign-in"
    assert desk.ask(path).status_code == 401


@pytest.mark.table
@pytest.mark.parametrize("sid", ["", "made-up", "../..", "0" * 5_000])
def test_a_made_up_token_opens_nothing(desk, sid):
    with desk.session_transaction("/desk/", base_url=desk._base) as session:
        session["sid"] = sid[:3_000]

    assert desk.get("/desk/account/").location == "/desk/sign-in"


def test_production_refuses_the_demos_members_even_if_it_was_started(desk, auth, app):
    with app.app_context():
        mark_demo(db.session)
        db.session.commit()
    app_state = app.extensions["dengshao"]
    object.__setattr__(app_state.config, "env", type(app_state.config.env).PRODUCTION)

    assert sign_in(desk, auth).status_code == 401
    assert row_count(app) == 0
