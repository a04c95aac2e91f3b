"""The onion example: Tor takes it, nginx and the app answer under its name, and nothing tells."""

import re
import socket
import subprocess
import threading

import pytest

from admin.doctor.findings import State
from admin.doctor.onion import OnionState, check_onion, is_onion_name, look
from admin.doctor.web import Answer
from tests.journeys.proxied import DESK, PUBLIC

from .network import TOR
from .place import DEPLOY, EXAMPLES, NGINX, OverSocket, start_onion_nginx, torrc

pytestmark = [
    pytest.mark.skipif(TOR is None, reason="tor is absent: make system installs it"),
    pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it"),
]


@pytest.fixture(scope="module")
def nginx(folder, name, behind, site_folder):
    site = folder / "pages"
    (site / "law").mkdir(parents=True)
    (site / "index.html").write_text("<title>home</title>")
    (site / "law" / "index.html").write_text("<title>law</title>")
    (site / "404.html").write_text("<title>none</title>")
    running = start_onion_nginx(folder, site, name=name, app=behind.config.bind)
    yield running
    running.stop()


@pytest.fixture
def ask(nginx, folder, name):
    return lambda path, *more, host=name, **headers: OverSocket(folder, host).ask(
        path, *more, **headers
    )


def test_tor_takes_the_example_and_warns_of_nothing(tmp_path):
    path = tmp_path / "torrc"
    (tmp_path / "tor").mkdir(mode=0o700)
    path.write_text(torrc(tmp_path), "utf-8")
    done = subprocess.run([TOR, "--verify-config", "-f", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    warned = [line for line in done.stdout.splitlines() if "[warn]" in line]
    # These tests run as root, Debian's service does not.
    assert not [line for line in warned if "running Tor as root" not in line]
    assert "HiddenServiceSingleHopMode 0" in path.read_text("utf-8")


def test_the_keys_are_made_without_a_network_and_the_name_holds_its_checksum(name, folder):
    assert is_onion_name(name)
    assert (folder / "tor" / "dengshao" / "hs_ed25519_secret_key").stat().st_mode & 0o77 == 0
    wrong = ("b" if name[0] == "a" else "a") + name[1:]
    assert not is_onion_name(wrong)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/law/", 200),
        ("/tip/", 200),
        ("/en/tip/", 200),
        ("/mailbox/", 200),
        ("/app/seal.js", 200),
        ("/nowhere/", 404),
        ("/desk/", 404),
        ("/desk/sign-in", 404),
    ],
)
def test_the_public_pages_answer_and_the_desk_does_not(ask, path, status):
    answer, page = ask(path)
    assert answer.status == status, page
    headers = {header.lower(): value for header, value in answer.getheaders()}
    assert not headers.keys() & {"set-cookie", "strict-transport-security", "location"}
    assert "default-src 'none'" in headers["content-security-policy"]
    # No page loads from or sends to another name, nor leads to our own one that the network reads.
    assert not re.findall(rb'(?:src|action)="https?://', page)
    assert PUBLIC.encode() not in page
    assert DESK.encode() not in page


def test_a_name_that_is_not_ours_is_refused(ask):
    assert ask("/tip/", host="a" * 56 + ".onion")[0].status == 421


def test_a_tip_arrives_under_the_onion_name(ask):
    _answer, page = ask("/tip/")
    token = re.search(rb'name="token" value="([^"]+)"', page)[1].decode()
    body = f"token={token}&category=A2&what=words&place=here&when=ongoing"
    answer, page = ask(
        "/tip/sent", "POST", body, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status == 200
    assert b'id="receipt"' in page


def test_the_app_is_told_no_address_no_group_and_no_cookie(folder, name, tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as app:
        heard = []
        threading.Thread(target=hear, args=(app, heard), daemon=True).start()
        place = tmp_path_factory.mktemp("n")
        (place / "site").mkdir()
        bind = f"127.0.0.1:{app.getsockname()[1]}"
        running = start_onion_nginx(place, place / "site", name=name, app=bind)
        try:
            told = {
                "X-Forwarded-For": "203.0.113.9",
                "X-Real-IP": "203.0.113.9",
                "Dengshao-Group": "0" * 32,
                "Cookie": "desk=1",
                "User-Agent": "Firefox",
                "Referer": "http://203.0.113.9/",
                "Forwarded": "for=203.0.113.9",
            }
            OverSocket(place, name).ask("/tip/sent", "POST", b"a=b", **told)
        finally:
            running.stop()
    head = heard[0].decode("latin-1").split("\r\n\r\n")[0].lower()
    names = [line.partition(":")[0] for line in head.split("\r\n")[1:]]
    assert sorted(names) == ["connection", "content-length", "host", "x-forwarded-proto"]
    assert f"host: {name}" in head


def hear(app, heard):
    line, _ = app.accept()
    with line:
        heard.append(line.recv(65_536))
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


LOCATION = re.compile(r"^ *location (.+?) \{", re.M)
ONLY_WITH_ADDRESSES = {"= /-/group", "@no_group"}


def test_the_block_has_the_locations_of_the_public_host():
    """What is added there and forgotten here would answer with a page of the static site."""
    whole = (DEPLOY / "nginx.conf").read_text("utf-8")
    public = whole.partition("# --- The public host")[2].partition("# --- The desk")[0]
    onion = (EXAMPLES / "nginx-onion.conf").read_text("utf-8")
    assert LOCATION.findall(onion) == [
        found for found in LOCATION.findall(public) if found not in ONLY_WITH_ADDRESSES
    ]


GOOD = Answer(200, {})
CASES = [
    # name as Tor made it, answer, published; what doctor says
    (True, GOOD, True, State.GOOD, "发布着"),
    (None, GOOD, True, State.GOOD, "发布着"),
    (False, GOOD, True, State.BAD, "和 Tor 生成的不一样"),
    (True, None, True, State.BAD, "nginx 没有应答"),
    (True, Answer(421, {}), True, State.BAD, "应答是 421"),
    (True, Answer(200, {"strict-transport-security": "max-age=1"}), True, State.BAD, "strict"),
    (True, Answer(200, {"set-cookie": "a=b"}), True, State.BAD, "set-cookie"),
    (True, GOOD, False, State.BAD, "没有把地址发布出去"),
    (True, GOOD, None, State.UNKNOWN, "问不到 Tor"),
]


@pytest.mark.parametrize(("is_own", "answer", "is_published", "state", "words"), CASES)
def test_doctor_says_the_first_thing_that_is_wrong(
    name, is_own, answer, is_published, state, words
):
    made = {True: name, False: f"{'q' * 56}.onion", None: None}[is_own]
    found = check_onion(OnionState(name, made, answer, is_published))
    assert (found.state, words in found.words) == (state, True), found


@pytest.mark.parametrize("name", ["short.onion", f"{'a' * 56}.onion", "tips.example", "1.onion"])
def test_a_name_with_a_slip_is_told_as_one(name):
    found = check_onion(OnionState(name, None, GOOD, True))
    assert (found.state, found.words) == (State.BAD, "地址写错了")


def test_doctor_looks_at_what_runs_and_finds_tor_away(nginx, folder, name):
    [state] = look(
        {name, "tips.example"},
        hostname=folder / "tor" / "dengshao" / "hostname",
        socket_path=folder / "nginx.sock",
        control=folder / "tor" / "control",
    )
    assert (state.name, state.made, state.is_published) == (name, name, None)
    assert state.answer.status == 200
    assert list(look({"tips.example"})) == []
