"""What doctor looks at around the store: certificates, letters, drills, names, versions."""

import datetime
import os
import re
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from sqlalchemy import insert

from admin.config import ROOT
from admin.counts.half.periods import Half
from admin.db import db
from admin.district.edge_log import LogProfile
from admin.doctor.around import connections, gathering, outside, upkeep, versions
from admin.doctor.around.outside import Shown
from admin.doctor.around.upkeep import Letters
from admin.doctor.around.versions import Running
from admin.doctor.findings import State
from admin.mail.outbox import Letter, queue_letter
from admin.models import AuditEvent
from admin.reading.data_files import load_file
from admin.reading.demo_names import FILES, demo_names
from admin.setup.written.certificates import self_signed
from tests.ports import free_port

GOOD, BAD, UNKNOWN = State.GOOD, State.BAD, State.UNKNOWN
NOW = datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)


def until(days):
    return NOW + datetime.timedelta(days=days)


@pytest.mark.parametrize(
    ("seen", "may_be_own", "state", "told"),
    [
        (Shown(until(90), ""), False, GOOD, "还有 90 天"),
        (Shown(until(21), ""), False, GOOD, "还有 21 天"),
        (Shown(until(20), ""), False, BAD, "还有 20 天"),
        (Shown(until(-1), ""), False, BAD, "已经过期"),
        (Shown(until(90), "self-signed certificate", is_own=True), False, BAD, "浏览器不认"),
        (Shown(until(90), "self-signed certificate", is_own=True), True, GOOD, "只能在内网用"),
        (Shown(until(90), "Hostname mismatch"), True, BAD, "浏览器不认：Hostname mismatch"),
        ("没有应答（ConnectionRefusedError）", False, UNKNOWN, "没有应答"),
    ],
)
def test_a_certificate_has_three_weeks_left_and_browsers_take_it(seen, may_be_own, state, told):
    found = outside.check_certificate("tips.anle", seen, now=NOW, may_be_own=may_be_own)
    assert (found.state, told in found.words) == (state, True), found


@pytest.mark.parametrize(
    ("due", "page", "state", "told"),
    [
        (None, "", GOOD, "还没有到写的时候"),
        (Half(2027, 1), "published", GOOD, "2027 年上半年的写了"),
        (Half(2027, 1), "draft", BAD, "2027 年上半年的是草稿，还没有公布"),
        (Half(2027, 2), "none", BAD, "2027 年下半年的还没有写"),
    ],
)
def test_the_report_of_a_half_year_that_is_due_stands_on_the_site(due, page, state, told):
    found = upkeep.check_half(due, page)
    assert (found.state, found.words) == (state, told)
    assert ("counts report 2027-H2" in found.todo) == (page == "none")


def test_a_report_is_due_when_all_its_numbers_are_out_and_the_log_reaches_back(
    app, session, monkeypatch
):
    at = int(datetime.datetime(2027, 6, 30, 12, tzinfo=datetime.UTC).timestamp())
    row = {"number": 1, "at": at, "act": "opened", "by": "-", "detail": "", "mac": "0"}
    session.execute(insert(AuditEvent).values(**row))
    said = []
    for now in (datetime.date(2027, 10, 14), datetime.date(2027, 10, 15)):
        monkeypatch.setattr(gathering, "today", lambda now=now: now)
        said.append(gathering.look_at_report(session, app.extensions["dengshao"].config).words)
    assert said == ["还没有到写的时候", "2027 年上半年的还没有写"]


@contextmanager
def tls_server(folder):
    """Answer by TLS with a certificate that signs itself; gives its place."""
    pem, key = self_signed(["localhost"], now=datetime.datetime.now(datetime.UTC))
    (folder / "both.pem").write_bytes(pem + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")

    class Shaking(BaseRequestHandler):
        def handle(self):
            try:
                context.wrap_socket(self.request, server_side=True).close()
            except (OSError, ssl.SSLError):
                return  # whoever does not take it hangs up

    with ThreadingTCPServer(("127.0.0.1", 0), Shaking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"localhost:{server.server_address[1]}"
        server.shutdown()


def test_a_host_is_asked_by_its_name_and_its_own_certificate_is_known_as_such(
    tmp_path, monkeypatch
):
    # Whoever is there answers in the end, on a busy machine too.
    monkeypatch.setattr(outside, "_SECONDS", 60)
    with tls_server(tmp_path) as host:
        stranger = outside.look_at_certificate(host)
        friend = outside.look_at_certificate(
            host, trusted=ssl.create_default_context(cafile=tmp_path / "both.pem")
        )
    assert (stranger.is_own, "self" in stranger.fault) == (True, True)
    assert friend.fault == ""
    assert 395 < (friend.until - datetime.datetime.now(datetime.UTC)).days < 398
    assert outside.look_at_certificate(f"localhost:{free_port()}").startswith("没有应答")


EXAMPLE = (ROOT / "admin/deploy/nginx.conf").read_text("utf-8")
OFF = re.sub(r"access_log syslog:[^;]*;", "access_log off;", EXAMPLE)
CLEAR = "http { access_log /var/log/nginx/access.log; }"


@pytest.mark.parametrize(
    ("profile", "text", "state", "told"),
    [
        (LogProfile.SEALED, EXAMPLE, GOOD, "本机加密留存，nginx 照着做"),
        (LogProfile.ELSEWHERE, OFF, GOOD, "照着做"),
        (LogProfile.NONE, OFF, BAD, "谁也不留"),
        (LogProfile.SEALED, OFF, BAD, "nginx 却不写"),
        (LogProfile.ELSEWHERE, EXAMPLE, BAD, "nginx 却送去加密"),
        (LogProfile.SEALED, CLEAR, BAD, "明文日志：access_log /var/log/nginx/access.log"),
        (LogProfile.NONE, "http { }", BAD, "没有写 access_log"),
        (LogProfile.SEALED, None, UNKNOWN, "看不到"),
    ],
)
def test_nginx_logs_as_the_pages_say(profile, text, state, told):
    found = connections.check_log(profile, text)
    assert (found.state, told in found.words) == (state, True), found


def test_what_nginx_includes_is_read_with_it(tmp_path):
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "more.conf").write_text("access_log /tmp/x;\n")
    (tmp_path / "nginx.conf").write_text(f"http {{\n  include {tmp_path}/conf.d/*.conf;\n}}\n")
    read = connections.read_nginx(tmp_path / "nginx.conf")
    assert connections.check_log(LogProfile.NONE, read).words.endswith("access_log /tmp/x")
    assert connections.read_nginx(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("letters", "sends", "state"),
    [
        (Letters(0, 0, None), False, GOOD),
        (Letters(0, 0, None), True, GOOD),
        (Letters(3, 1, 1_000), True, GOOD),
        (Letters(3, 0, 1_000 - 3_601), True, BAD),
        (Letters(1, 5, 1_000), True, BAD),
        (Letters(1, 0, 1_000 - 3_601), False, BAD),
    ],
)
def test_letters_that_wait_for_too_long_are_told(letters, sends, state):
    assert upkeep.check_letters(letters, now=1_000, sends=sends).state is state


@pytest.mark.parametrize(
    ("days", "state"), [(None, GOOD), (0, GOOD), (60, GOOD), (62, GOOD), (63, BAD)]
)
def test_a_bulletin_that_waits_past_its_last_day_is_told_and_not_how_many(days, state):
    day = datetime.date(2027, 3, 1)
    oldest = None if days is None else day - datetime.timedelta(days=days)

    found = upkeep.check_bulletins(oldest, today=day)

    assert found.state is state
    assert not any(sign.isdigit() for sign in found.words)


def test_the_letters_that_wait_are_counted_in_the_database(app):
    with app.app_context():
        assert upkeep.look_at_letters(db.session) == Letters(0, 0, None)
        for number in (7, 5):
            letter = Letter(f"daily 2026-12-02 {number}", "a@example.org", "s", "b")
            queue_letter(db.session, letter, number)
        assert upkeep.look_at_letters(db.session) == Letters(2, 0, 5)


@pytest.mark.parametrize(
    ("days", "state", "told"),
    [(None, BAD, "从来没有"), (0, GOOD, "今天"), (100, GOOD, "100 天前"), (101, BAD, "101 天前")],
)
def test_a_restore_is_practised_each_three_months(days, state, told):
    last = None if days is None else NOW.date() - datetime.timedelta(days=days)
    found = upkeep.check_drill(last, today=NOW.date())
    assert (found.state, told in found.words) == (state, True)


def test_the_demos_names_are_told_in_production():
    data = {name: load_file(ROOT / "content", name) for name in FILES}
    own = {name: {**found, "source": "主办单位填写", "items": []} for name, found in data.items()}
    gone = {"zh": "示例镇", "retired": True}

    assert upkeep.check_names(data, is_production=True).state is BAD
    assert upkeep.check_names(data, is_production=False).state is GOOD
    assert upkeep.check_names(own, is_production=True).state is GOOD
    assert [said.partition("：")[0] for said in demo_names(data)] == [f"{n}.yml" for n in FILES]
    assert demo_names({"places": own["places"] | {"items": [gone]}}) == []
    for kept in ({"items": [{"zh": "示例镇"}]}, {"source": "演示数据", "items": [{"zh": "甲"}]}):
        assert demo_names({"places": own["places"] | kept}) != []


@pytest.mark.parametrize(
    ("number", "state"), [(None, GOOD), (15, GOOD), (18, GOOD), (14, BAD), (0, BAD)]
)
def test_an_old_postgresql_is_told(number, state):
    assert versions.check_versions("1.0", "PostgreSQL x", number).state is state


def test_the_databases_version_is_asked_of_itself(app):
    with app.app_context():
        name, number = versions.database_version(db.session.connection())
    assert name.startswith("SQLite 3." if number is None else f"PostgreSQL {number}.")


OLD, NEW = Path("/opt/dengshao/versions/1"), Path("/opt/dengshao/versions/2")


@pytest.mark.parametrize(
    ("running", "states", "told"),
    [
        (Running(NEW, None, None), [], ""),
        (Running(NEW, NEW, NEW), [GOOD], "运行的就是它"),
        (Running(NEW, NEW, NEW / "app"), [GOOD], "运行的就是它"),
        (Running(NEW, NEW, OLD), [BAD], "运行的是 1，current 指着 2"),
        (Running(OLD, NEW, NEW), [BAD], "这条命令是 1"),
        (Running(NEW, NEW, None), [UNKNOWN], "没有在运行"),
    ],
)
def test_what_runs_is_the_version_to_which_the_link_leads(running, states, told):
    found = versions.check_running(running)
    assert [one.state for one in found] == states
    assert told in "".join(one.words for one in found)


def test_the_link_and_a_process_are_found_on_the_machine(tmp_path):
    (tmp_path / "2").mkdir()
    (tmp_path / "current").symlink_to("2")
    found = versions.look_at_running(os.getpid(), link=tmp_path / "current")
    assert found == Running(ROOT.parent, tmp_path / "2", Path.cwd())
