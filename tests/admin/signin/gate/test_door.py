"""Who is held back at the door, as whom one signs in, and what holds when the gate is down."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from admin import create_app
from admin.commands.gate import open_ as open_command
from admin.commands.gate import show as show_command
from admin.commands.gate import shut as shut_command
from admin.db import db
from admin.doctor import gate as looked
from admin.doctor.findings import State
from admin.models import Member, StaffSession
from admin.sealing.member import sign_in_secret
from admin.settings.gate import WhenDown
from admin.signin.gate import emergency
from admin.signin.gate.keeper import NAME
from tests.admin.staff import PASSPHRASE
from tests.support import desk_client

from .conftest import lines, pass_gate, press

pytestmark = pytest.mark.table
HELD = ["/desk/", "/desk/sign-in", "/desk/join/x", "/desk/setup", "/desk/account/", "/desk/nowhere"]


@pytest.mark.parametrize("address", HELD)
def test_a_stranger_sees_the_gate_and_nothing_of_the_desk(desk, address):
    assert desk.get(address).location == "/desk/gate/"


def test_a_script_is_told_in_a_sentence_and_posts_nothing_by(app, desk):
    for path in ("/desk/sign-in", "/desk/sign-in/touch", "/desk/sign-in/touch/options"):
        answer = desk.send(path, {"name": "ada", "auth": "00" * 32})
        assert answer.status_code == 403
        assert "请先通过统一身份认证" in answer.json["error"]
    assert desk.ask("/desk/sign-in/salt?name=ada").status_code == 403
    with app.app_context():
        assert db.session.query(StaffSession).count() == 0


def test_the_public_host_knows_no_gate(client):
    assert client.get("/desk/gate/").status_code == 302
    assert client.get("/desk/gate/").location.startswith("http://localhost")


@pytest.fixture
def sign_in(desk, made):
    """Sign in as ada, with passphrase and code, once the gate is passed."""

    def signing():
        salt = desk.ask("/desk/sign-in/salt?name=ada").json["salt"]
        auth = sign_in_secret(PASSPHRASE, made[0].code, bytes.fromhex(salt)).hex()
        return desk.send("/desk/sign-in", {"name": "ada", "auth": auth})

    return signing


def bind(app, name):
    with app.app_context():
        db.session.scalars(select(Member).filter_by(name="ada")).one().gate_name = name
        db.session.commit()


@pytest.mark.parametrize("name", [None, "zhang.san"])
def test_who_passed_signs_in_with_their_own_secrets_and_needs_the_mark_no_more(
    app, desk, provider, sign_in, name
):
    bind(app, name)
    pass_gate(desk, provider)

    answer = sign_in()

    assert answer.status_code == 200
    assert any(one.startswith("gate=;") for one in answer.headers.getlist("Set-Cookie"))
    assert desk.get("/desk/account/").status_code == 200
    assert desk.get("/desk/gate/").location == "/desk/"
    press(desk, "/desk/sign-out")
    assert desk.get("/desk/sign-in").location == "/desk/gate/"


@pytest.mark.parametrize("name", ["li.si", "ZHANG.SAN", "zhang.san2"])
def test_the_right_secrets_are_refused_to_who_passed_as_somebody_else(
    app, desk, provider, sign_in, name
):
    bind(app, name)
    pass_gate(desk, provider)

    answer = sign_in()

    assert answer.status_code == 403
    assert "不是这位成员的账号" in answer.json["error"]
    assert lines(app) == [("gate_other", "ada", "")]
    with app.app_context():
        assert db.session.query(StaffSession).count() == 0


def test_an_administrator_binds_and_unbinds_and_the_name_stands_in_no_log(app, desk, people):
    desk.enter(people.admin.id)

    assert (
        press(desk, "/desk/admin/gate/", member=people.first.id, name=" li.si ").status_code == 303
    )
    assert "li.si" in desk.get("/desk/admin/gate/").text
    assert "绑定统一身份认证的账号" in desk.get("/desk/admin/").text
    assert (
        press(desk, "/desk/admin/gate/", member=people.first.id, name="x" * 201).status_code == 422
    )
    assert press(desk, "/desk/admin/gate/", member=people.first.id, name="").status_code == 303

    bound, unbound = lines(app)
    assert bound == ("gate_bound", "管理员甲", "member=ada")
    assert unbound == ("gate_unbound", "管理员甲", "member=ada")
    assert desk_client(app).enter(people.first.id).get("/desk/admin/gate/").status_code == 403


def test_a_gate_that_is_down_says_whom_to_call_and_lets_nobody_by(app, desk, provider):
    provider.status = 500

    page = press(desk, "/desk/gate/way")

    assert page.status_code == 503
    assert all(words in page.text for words in ("没有应答", "110", "dengshao gate open"))
    assert "/desk/gate/without" not in page.text
    assert press(desk, "/desk/gate/without").status_code == 404
    assert lines(app) == [("gate_down", "-", "gate_answer")]


def test_where_the_operator_allows_it_the_desk_is_reached_while_the_gate_is_down_and_not_else(
    app, desk, provider, sign_in
):
    object.__setattr__(app.extensions[NAME].gate, "when_down", WhenDown.OPEN)
    bind(app, "somebody.else")
    assert press(desk, "/desk/gate/without").status_code == 409
    assert desk.get("/desk/sign-in").location == "/desk/gate/"
    provider.status = 500

    assert "/desk/gate/without" in press(desk, "/desk/gate/way").text
    assert press(desk, "/desk/gate/without").location == "/desk/sign-in"

    assert "没有应答，这次不经它登录" in desk.get("/desk/sign-in").text
    assert sign_in().status_code == 200
    assert [row[0] for row in lines(app)] == ["gate_down", "gate_without"]


def test_the_operators_word_opens_the_way_to_the_sign_in_on_every_node_and_ends_by_itself(
    app, desk, provider, sign_in, monkeypatch
):
    runner = app.test_cli_runner()
    said = runner.invoke(open_command, ["--hours", "2"]).output

    assert "已放行" in said
    assert "暂时不核对" in desk.get("/desk/sign-in").text
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 2 * 3600)
    assert desk.get("/desk/sign-in").location == "/desk/gate/"
    monkeypatch.undo()
    assert sign_in().status_code == 200
    assert "有应答" in runner.invoke(show_command).output
    assert "已恢复" in runner.invoke(shut_command).output
    assert "本来就没有放行" in runner.invoke(shut_command).output
    assert desk_client(app).get("/desk/sign-in").location == "/desk/gate/"
    for hours in ("0", "73"):
        assert runner.invoke(open_command, ["--hours", hours]).exit_code == 1
    assert lines(app) == [
        ("gate_opened", "-", "command_line hours=2"),
        ("gate_shut", "-", "command_line"),
    ]


def test_the_doctor_tells_a_gate_that_is_down_and_one_that_stands_open(app):
    assert looked.check_answer(is_there=True).state is State.GOOD
    assert looked.check_answer(is_there=False).state is State.BAD
    assert looked.check_open(None).state is State.GOOD
    assert looked.check_open(1_800_000_000).state is State.BAD
    with app.app_context():
        emergency.open_for(db.session, 1, int(time.time()))
        assert emergency.open_until(db.session, int(time.time()) + 3600) is None


OFF = """
import sys
from admin import create_app
from admin.config import load_config
app = create_app(load_config())
assert not [rule for rule in app.url_map.iter_rules() if "gate" in rule.rule]
loaded = {name.partition(".")[0] for name in sys.modules} & {"joserfc", "ldap3"}
assert not loaded, loaded
"""


def test_without_a_gate_there_is_no_page_of_it_and_nothing_that_could_connect(app, environ):
    own = {
        name: text for name, text in environ.items() if "GATE" not in name and "OIDC" not in name
    }
    done = subprocess.run(
        [sys.executable, "-c", OFF], env=own | {"PATH": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_in_production_the_cookies_are_bound_to_the_host(environ, provider, tmp_path, app):
    from dataclasses import replace

    from admin.config import Env, load_config

    config = replace(load_config(environ), env=Env.PRODUCTION)
    away = create_app(config)
    desk = desk_client(away)
    pages = desk.get("/desk/gate/", base_url=f"https://{config.desk_host}")
    assert pages.status_code == 200
    page = desk.post(
        "/desk/gate/way",
        data={"csrf_token": _token(pages.text)},
        base_url=f"https://{config.desk_host}",
    )
    cookie = next(one for one in page.headers.getlist("Set-Cookie") if "gate-try" in one)
    assert all(part in cookie for part in ("__Host-gate-try=", "Secure", "HttpOnly", "Path=/;"))
    with away.app_context():
        db.dispose()


def _token(page):
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
