"""What nginx lets in is what the app takes, by the same numbers, and doctor asks nginx itself."""

import http.client
import re
from dataclasses import replace

import pytest

from admin.config import load_config
from admin.desk.referral.views import _MOST_POSTED
from admin.doctor.findings import State
from admin.doctor.front import check_front
from admin.renewal.parts import MOST_BUNDLE
from admin.settings.file_limits import MIB, MOST_WORDS, front_mb, most_of_a_form
from admin.vault.files.blobs import PART

from .proxied import DESK, EXAMPLE, PUBLIC
from .test_nginx import folder_of_site, proxy, pytestmark  # noqa: F401


@pytest.fixture
def config(tmp_path):
    """As an installation is set where nobody set anything else."""
    return replace(load_config({"DENGSHAO_DATA": str(tmp_path)}), public_host=PUBLIC)


def test_the_examples_have_the_numbers_that_follow_from_the_settings(config):
    most = {
        path.name: re.findall(r"client_max_body_size (\w+);", path.read_text("utf-8"))
        for path in EXAMPLE.parent.rglob("*.conf")
    }
    known = {"256k", "2m", "8m", f"{config.front_mb}m", "0"}

    assert most[EXAMPLE.name].count(f"{config.front_mb}m") == 2
    assert known - {"0"} <= set(most[EXAMPLE.name])
    assert {number for numbers in most.values() for number in numbers} <= known
    assert (MOST_WORDS, PART, MOST_BUNDLE) == (256 * 1024, 2 * MIB, 8 * MIB)
    assert _MOST_POSTED <= MOST_BUNDLE


@pytest.mark.parametrize("plain_mb", [1, 20, 77])
def test_what_nginx_is_told_to_let_in_is_enough_and_hardly_more(plain_mb):
    beyond = front_mb(plain_mb) * MIB - most_of_a_form(plain_mb)

    assert 0 <= beyond < MIB


LONG = ("transfer", "taken-over", "handed-back", "referral/sent")


@pytest.mark.parametrize("path", [*(f"tips/7QX2M-00ABC/{way}" for way in LONG), "reseal/tips/x"])
def test_a_long_talk_that_is_sealed_for_others_reaches_the_app(proxy, path):  # noqa: F811
    """The app takes 8 MiB there, and nginx had 256 KiB for all but the new key's."""
    assert length_of_answer(proxy(), f"/desk/{path}", 3 * MIB) == 503
    assert length_of_answer(proxy(), f"/desk/{path}", MOST_BUNDLE + 1) == 413


def test_nothing_else_of_the_desk_may_be_long(proxy):  # noqa: F811
    assert length_of_answer(proxy(), "/desk/tips/7QX2M-00ABC/notes", MOST_WORDS + 1) == 413


def length_of_answer(nginx, path, length):
    """Send a body of that length to the desk, whose app is away; tell what is answered."""
    head = f"POST {path} HTTP/1.1\r\nHost: {DESK}\r\nContent-Length: {length}\r\n\r\n".encode()
    with nginx.connect(DESK) as connection:
        connection.sendall(head)
        if length <= MOST_BUNDLE:
            connection.sendall(b"x" * length)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status


def asked(config, nginx):
    """What doctor says, with nginx at its own port."""

    def connect():
        connection = http.client.HTTPConnection(PUBLIC)
        connection.sock = nginx.connect(PUBLIC)
        return connection

    return check_front(config, connect)


def test_doctor_finds_the_example_right_for_the_settings_of_the_beginning(proxy, config):  # noqa: F811
    finding = asked(config, proxy())

    assert finding.state is State.GOOD
    assert "脚本关着的表单 201 MB" in finding.words


DIFFERENT = {
    "more is taken than is let in": (40, [], "脚本关着的表单（401 MB）", "401m"),
    "nginx lets in less": (
        20,
        [("client_max_body_size 201m;", "client_max_body_size 5m;")],
        "脚本关着的表单（201 MB）",
        "201m",
    ),
    "a part is too long": (
        20,
        [("client_max_body_size 2m;", "client_max_body_size 1m;")],
        "加密文件的一块（2 MB）",
        "2m",
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_doctor_says_where_nginx_lets_in_less_than_the_app_takes_and_what_to_write(
    proxy,  # noqa: F811
    config,
    case,
):
    plain_mb, changes, named, number = DIFFERENT[case]

    finding = asked(replace(config, plain_mb=plain_mb), proxy(changes=changes))

    assert finding.state is State.BAD
    assert named in finding.words
    assert number in finding.todo


def test_doctor_says_that_it_does_not_know_where_nobody_answers(config):
    def connect():
        return http.client.HTTPConnection("127.0.0.1", 9, timeout=5)

    assert check_front(config, connect).state is State.UNKNOWN


def test_where_no_files_are_taken_nothing_is_asked(config):
    finding = check_front(replace(config, files_most=0), None)

    assert (finding.state, finding.words) == (State.GOOD, "不收文件")


def test_each_tls_server_of_the_example_includes_the_file_of_sm2(config):
    """Only that much can be tried here: what is in that file is Tengine's own."""
    words = EXAMPLE.read_text("utf-8")
    servers = [part for part in words.split("\n    server {")[1:] if "443 ssl" in part]
    told = EXAMPLE.with_name("tengine-tlcp.conf").read_text("utf-8")
    names = [line.split()[0] for line in told.splitlines() if line and not line.startswith("#")]

    assert len(servers) == 3
    assert all("include /etc/nginx/dengshao-tlcp*.conf;" in part for part in servers)
    certificates = [
        f"ssl_{use}_certificate{key}" for use in ("sign", "enc") for key in ("", "_key")
    ]
    assert names == ["enable_ntls", *certificates, "ssl_ciphers"]
