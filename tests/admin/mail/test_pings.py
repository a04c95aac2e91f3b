"""The ping to a chat group: the same at equal times whatever waits, and its address nowhere."""

import base64
import hmac
import logging
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from admin import create_app
from admin.config import ConfigError, load_config
from admin.db import SHANGHAI, db
from admin.mail.notices import tick
from admin.mail.outbox import RETRY_SECONDS, Letter, queue_letter
from admin.mail.pings import WORDS, PingRefused, send_ping
from admin.models import OutboxMail
from admin.settings.outgoing import Ping, PingKind
from tests.https_server import https_server
from tests.private_ca import Authority

from .test_notices import add_p0

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
SECRET = "SEC0123456789abcdef"
SLOT = 4 * 3600


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def robot(authority):
    with https_server(authority.context("127.0.0.1")) as server:
        yield server


@pytest.fixture
def environ(environ, robot, authority):
    return environ | {
        "DENGSHAO_PING_URL": f"https://127.0.0.1:{robot.port}/cgi-bin/webhook/send?key={KEY}",
        "DENGSHAO_PING_KIND": "wecom",
        "DENGSHAO_PING_CA": str(authority.path),
    }


def at(hour, minute=0, second=0):
    return int(datetime(2026, 11, 24, hour, minute, second, tzinfo=SHANGHAI).timestamp())


def test_a_ping_goes_at_its_hours_and_is_the_same_whatever_waits(app, units, robot):
    came = []
    for hour, minute in ((3, 59), (4, 0), (4, 1), (7, 59), (8, 0), (8, 0), (12, 0)):
        before = len(robot.requests)
        tick(app, at(hour, minute))
        came.append(len(robot.requests) - before)
        if (hour, minute) == (7, 59):
            add_p0(app)

    assert came == [1, 1, 0, 0, 1, 0, 1]
    assert len(set(robot.requests)) == 1
    head, _, body = robot.requests[0].partition(b"\r\n\r\n")
    assert f"POST /cgi-bin/webhook/send?key={KEY} HTTP/1.1".encode() in head
    assert body.decode() == f'{{"msgtype": "text", "text": {{"content": "{WORDS}"}}}}'
    assert "User-Agent" not in head.decode()


def test_what_was_sent_keeps_neither_address_nor_words(app, units, robot):
    tick(app, at(8))

    with app.app_context():
        rows = db.session.scalars(select(OutboxMail)).all()
        kept = [(row.address, row.body, row.sent_at is not None) for row in rows]
    assert kept == [("", "", True)]


REFUSALS = {
    "an error of the robot": ("200 OK", b'{"errcode":93000,"errmsg":"invalid KEY"}', "200 93000"),
    "a fault of the server": ("500 Oops", b"KEY", "500 None"),
    "a redirect elsewhere": ("302 Found", b"KEY", "302 None"),
    "words that are no answer": ("200 OK", b"[1]", "200 None"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_ping_that_was_not_taken_is_tried_again_and_the_log_holds_two_numbers(
    app, units, robot, caplog, case
):
    robot.status, body, numbers = REFUSALS[case]
    robot.body = body.replace(b"KEY", KEY.encode())
    with caplog.at_level(logging.DEBUG):
        tick(app, at(8))
    robot.status, robot.body = "200 OK", b'{"errcode":0}'
    tick(app, at(8, 1))
    assert len(robot.requests) == 1

    tick(app, at(8) + RETRY_SECONDS[0])
    tick(app, at(8) + 2 * RETRY_SECONDS[0])

    assert len(robot.requests) == 2
    assert f"ping not taken: {numbers}" in caplog.text
    assert KEY not in caplog.text


def test_a_ping_that_came_too_late_is_given_up_and_the_next_one_goes(app, units, robot):
    robot.status = "503 Later"
    tick(app, at(8))
    robot.status = "200 OK"
    tick(app, at(12))
    tick(app, at(12, 30))

    assert len(robot.requests) == 2
    with app.app_context():
        assert db.session.scalars(select(OutboxMail.sent_at)).all() == [at(12)]


def test_a_server_for_which_nobody_vouches_gets_no_ping(app, units, robot, tmp_path, caplog):
    state = app.extensions["dengshao"]
    ping = replace(state.config.ping, ca=Authority.made(tmp_path, "other").path)
    state.config = replace(state.config, ping=ping)

    assert tick(app, at(8)) == 0

    assert robot.requests == []
    assert "ping not sent: SSLCertVerificationError" in caplog.text
    assert KEY not in caplog.text


def test_letters_of_before_stay_where_they_are_once_there_is_no_mail_server(app, units, robot):
    with app.app_context():
        queue_letter(db.session, Letter("daily 20261123 1", "a@example.cn", "s", "b"), at(7))
        db.session.commit()

    assert tick(app, at(8)) == 1
    assert len(robot.requests) == 1


def test_without_a_robot_no_ping_is_queued(environ, robot):
    quiet = create_app(load_config({**environ, "DENGSHAO_PING_URL": ""}))

    assert tick(quiet, at(8)) == 0
    assert robot.requests == []
    with quiet.app_context():
        db.dispose()


def test_dingtalks_signature_is_right_and_all_its_pings_have_one_length(robot, authority):
    url = f"https://127.0.0.1:{robot.port}/robot/send?access_token={KEY}"
    ping = Ping(PingKind.DINGTALK, url, SECRET, 240, authority.path)

    for turn in range(12):
        send_ping(ping, at(0) + turn * SLOT)

    assert len({len(request) for request in robot.requests}) == 1
    for turn, request in enumerate(robot.requests):
        asked = parse_qs(urlsplit(request.split(b" ")[1].decode()).query)
        moment = str((at(0) + turn * SLOT) * 1000)
        covered = f"{moment}\n{SECRET}".encode()
        sign = base64.b64encode(hmac.digest(SECRET.encode(), covered, "sha256")).decode()
        assert asked == {"access_token": [KEY], "timestamp": [moment], "sign": [sign]}


def test_a_refusal_of_the_robot_names_its_numbers_alone(robot, authority):
    robot.body = f'{{"errcode":310000,"errmsg":"{KEY}"}}'.encode()
    url = f"https://127.0.0.1:{robot.port}/robot/send?access_token={KEY}"

    with pytest.raises(PingRefused, match=r"^200 310000$"):
        send_ping(Ping(PingKind.DINGTALK, url, SECRET, 240, authority.path), at(0))


WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"
REFUSED = {
    "in clear": ({"URL": WECOM.replace("https", "http")}, "DENGSHAO_PING_URL"),
    "no host": ({"URL": f"https:///{KEY}"}, "DENGSHAO_PING_URL"),
    "a key alone": ({"URL": KEY}, "DENGSHAO_PING_URL"),
    "an unknown house": ({"URL": f"https://chat.example.cn/{KEY}"}, "DENGSHAO_PING_KIND"),
    "an unknown kind": ({"URL": WECOM, "KIND": "feishu"}, "DENGSHAO_PING_KIND"),
    "DingTalk unsigned": ({"URL": DINGTALK}, "DENGSHAO_PING_SECRET"),
    "too often": ({"URL": WECOM, "MINUTES": "5"}, "DENGSHAO_PING_MINUTES"),
    "not the same each day": ({"URL": WECOM, "MINUTES": "250"}, "DENGSHAO_PING_MINUTES"),
    "no number": ({"URL": WECOM, "MINUTES": "每天"}, "DENGSHAO_PING_MINUTES"),
    "no certificate": ({"URL": WECOM, "CA": "/nowhere/ca.pem"}, "DENGSHAO_PING_CA"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_be_no_ping_stops_the_start_and_the_address_is_not_repeated(tmp_path, case):
    values, name = REFUSED[case]
    set_so = {f"DENGSHAO_PING_{key}": value for key, value in values.items()}

    with pytest.raises(ConfigError, match=name) as told:
        load_config({**set_so, "DENGSHAO_DATA": str(tmp_path)})

    assert KEY not in str(told.value)


def test_the_house_is_told_by_its_host_and_neither_address_nor_secret_is_ever_shown(tmp_path):
    values = {"DENGSHAO_DATA": str(tmp_path), "DENGSHAO_PING_SECRET": SECRET}
    config = load_config({**values, "DENGSHAO_PING_URL": DINGTALK})

    assert (config.ping.kind, config.ping.minutes) == (PingKind.DINGTALK, 240)
    assert KEY not in repr(config)
    assert SECRET not in repr(config)
    assert load_config({**values, "DENGSHAO_PING_URL": WECOM}).ping.kind is PingKind.WECOM
