"""nginx, the edge and the app together: who learns what of where people come from.

Visitors come from six addresses. Then the disks are searched byte by byte: the edge's, the app's,
and what the holders alone can open.
"""

import http.client
import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from ipaddress import ip_address
from pathlib import Path

import pytest

from admin.config import ROOT
from admin.edge.folder import sealed_files
from admin.edge.sealed import open_hour
from admin.sealing.age import HybridIdentity
from tests.ports import free_port

from .proxied import DESK, PUBLIC, largest_form, start_nginx
from .served import DENGSHAO, start

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")

FORM = "application/x-www-form-urlencoded"
READERS = ("127.0.17.3", "127.0.17.4")
REPORTERS = ("127.0.29.5", "127.0.41.6", "::1")
STAFF = "127.0.53.7"
VISITORS = (*READERS, *REPORTERS, STAFF)
LINE = re.compile(rb"20\d\d-\d\d-\d\d \d\d:\d\d ([0-9a-f.:]+) \d{1,5}")


class Edge:
    """`dengshao edge-log run`, with the two sockets in a folder whose name is short enough."""

    def __init__(self, folder, content):
        self.folder, self.log = folder / "sealed", folder / "edge.log"
        self.sockets = Path(tempfile.mkdtemp(prefix="edge"))
        self.command = [
            *(DENGSHAO, "edge-log", "run", "--content", content, "--folder", self.folder),
            *("--lines", self.sockets / "lines", "--groups", self.sockets / "groups"),
        ]
        self.start()

    def start(self):
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                self.command, stdout=file, stderr=file, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}
            )
        deadline = time.monotonic() + 30
        while not (self.sockets / "groups").exists() and time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        time.sleep(0.2)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)

    def files(self):
        return sealed_files(self.folder)

    def close(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.sockets)


@pytest.fixture(scope="module")
def holders():
    return [HybridIdentity.generate(), HybridIdentity.generate()]


@pytest.fixture(scope="module")
def content(tmp_path_factory, holders):
    """The district's content with two holders, each with a key of their own."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(ROOT / "content" / "data", folder / "data")
    rows = "".join(
        f"  - {{id: h{number}, zh: 某办, en: Office, key: {identity.recipient}}}\n"
        for number, identity in enumerate(holders)
    )
    text = f"source: x\nchecked: '2026-12-02'\nprofile: sealed\ndays: 183\nholders:\n{rows}"
    (folder / "data" / "edge_log.yml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def edge(tmp_path, content):
    running = Edge(tmp_path, content)
    yield running
    running.close()


@pytest.fixture
def proxy(tmp_path, edge):
    """Start nginx before an app, on IPv4 and IPv6."""
    started = []
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<title>home</title>")

    def make(app, changes=()):
        port = free_port()
        both = f"listen 127.0.0.1:{port} ssl; # <-\n        server_name {PUBLIC}"
        six = f"listen [::1]:{port} ssl;\n        {both}"
        started.append(
            start_nginx(
                NGINX,
                tmp_path / f"nginx{len(started)}",
                tmp_path / "site",
                app=app,
                port=port,
                edge=edge.sockets,
                changes=[(both, six), *changes],
            )
        )
        return started[-1]

    yield make
    for running in started:
        running.stop()


def visit(nginx, source, *requests, host=PUBLIC):
    """Send requests on one connection from an address; gives the last answer's bytes."""
    from_six = ":" in source
    there = ("::1" if from_six else "127.0.0.1", nginx.port)
    plain = socket.create_connection(there, timeout=30, source_address=(source, 0))
    answer = b""
    with nginx.secured(plain, host) as connection:
        for number, request in enumerate(requests):
            is_last = number == len(requests) - 1
            connection.sendall(request(host, is_last))
            answer = read_answer(connection)
    return answer


def read_answer(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read()


def get(path):
    def request(host, is_last):
        ending = "Connection: close\r\n" if is_last else ""
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{ending}\r\n".encode()

    return request


def post(path, body, **headers):
    def request(host, is_last):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        ending = "Connection: close\r\n" if is_last else ""
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\n{lines}{ending}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return request


def lines_of(edge, holders):
    """All lines that both holders together open."""
    return [
        line
        for file in edge.files()
        for line in open_hour(file.path.read_bytes(), holders)[1:]
    ]


def addresses(lines):
    return sorted(LINE.fullmatch(line)[1].decode() for line in lines)


def traces(folders, sought):
    """Files that hold an address, as text or as its bytes."""
    forms = {form for one in sought for form in (one.encode(), ip_address(one).packed)}
    # Fifteen zeros and a one stand in any database: of ::1 the text alone is looked for.
    forms -= {ip_address("::1").packed}
    forms = {form for form in forms if form != b"::1"} | {b" ::1 ", b'"::1"'}
    return {
        str(path)
        for folder in folders
        for path in Path(folder).rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory, demo_store, bundles, site_folder):
    folder = tmp_path_factory.mktemp("behind-the-edge")
    shutil.copytree(demo_store[0], folder / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DENGSHAO_DESK_HOST", DESK)
        patched.setenv("DENGSHAO_PUBLIC_HOST", PUBLIC)
        patched.setenv("DENGSHAO_ADDRESS_HINTS", "edge")
        running = start(folder, bundles=bundles, site=site_folder, arguments=["serve"])
    yield running
    running.stop()


def test_neither_disk_tells_from_where_people_came_and_the_holders_learn_no_more_than_that(
    proxy, edge, served, holders
):
    nginx = proxy(served.config.bind)
    for source in READERS:
        assert visit(nginx, source, get("/"), get("/"), get("/"))[0] == 200
    for source in REPORTERS:
        _status, page = visit(nginx, source, get("/tip/"))
        body = largest_form(page.decode())
        status, page = visit(nginx, source, post("/tip/sent", body, X_Forwarded_For=source))
        assert (status, b'id="receipt"' in page) == (200, True)
    assert visit(nginx, STAFF, get("/desk/sign-in"), host=DESK)[0] == 200
    nginx.stop()
    assert edge.stop() == 0

    # The thief of the edge's disk: sealed files, all of one length, and nothing in nginx's logs.
    assert traces([nginx.folder, edge.folder, edge.log.parent], VISITORS) == set()
    assert {file.path.stat().st_size for file in edge.files()} == {
        file.path.stat().st_size for file in edge.files()[:1]
    }
    # The thief of the app's disk, with its logs.
    assert traces(served.folders, VISITORS) == set()
    # One holder alone, and both.
    for alone in holders:
        with pytest.raises(Exception, match="key is missing"):
            open_hour(edge.files()[0].path.read_bytes(), [alone])
    lines = lines_of(edge, holders)
    assert addresses(lines) == sorted([*READERS, *REPORTERS, *REPORTERS, STAFF])
    told = b"\n".join(lines)
    for word in (b"tip", b"desk", b"GET", b"POST", b"200", b"example"):
        assert word not in LINE.sub(b"", told)
    assert edge.log.read_text() == "本机记，每小时加密一次，交给本单位以外的持有人。\n"


class App(http.server.BaseHTTPRequestHandler):
    """An app that keeps what it is sent."""

    protocol_version = "HTTP/1.1"
    heads: list = []

    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        App.heads.append(self.headers)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def app():
    App.heads.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


FALSE = {
    "Dengshao_Group": "f" * 32,
    "X_Forwarded_For": "203.0.113.9",
    "X_Real_IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "True_Client_IP": "203.0.113.9",
}


def test_the_app_gets_a_token_of_the_network_and_no_address_from_anybody(proxy, app):
    nginx = proxy(app)
    sent = [("127.0.17.3", {}), ("127.0.17.99", FALSE), ("127.0.29.5", FALSE), ("::1", {})]
    for source, headers in sent:
        for path in ("/tip/sent", "/mailbox/", "/tip/files/part"):
            assert visit(nginx, source, post(path, b"what=x", **headers))[0] == 200
    long = b"what=".ljust(300_000, b"x")
    assert visit(nginx, "127.0.17.3", post("/tip/sent", long))[0] == 200

    groups = [head["Dengshao-Group"] for head in App.heads]
    assert all(re.fullmatch("[0-9a-f]{32}", group) for group in groups)
    one, same, other, six = (groups[start : start + 3] for start in (0, 3, 6, 9))
    assert one == same == [groups[-1]] * 3
    assert len({one[0], other[0], six[0], "f" * 32}) == 4
    told = "\n".join(str(head) for head in App.heads)
    assert "127.0.17" not in told
    assert "203.0.113" not in told
    assert not re.search("(?i)forwarded-for|real-ip|client-ip|dengshao-address", told)


def test_where_the_edge_is_away_nobody_has_a_group_and_every_word_arrives(proxy, app, edge):
    nginx = proxy(app)
    assert visit(nginx, "127.0.17.3", post("/tip/sent", b"what=x"))[0] == 200
    edge.stop(signal.SIGKILL)

    for headers in ({}, FALSE):
        assert visit(nginx, "127.0.17.3", post("/tip/sent", b"what=x", **headers))[0] == 200
    assert visit(nginx, "127.0.17.3", get("/tip/"))[0] == 200

    assert [head["Dengshao-Group"] is None for head in App.heads] == [False, True, True, True]
    edge.start()
    assert visit(nginx, "127.0.17.3", post("/tip/sent", b"what=x"))[0] == 200
    assert App.heads[-1]["Dengshao-Group"]
    assert (nginx.folder / "log" / "error.log").read_text() == ""


def test_a_page_asks_the_edge_for_nothing_and_its_question_is_no_address_of_the_site(proxy, app):
    nginx = proxy(app)

    assert visit(nginx, "127.0.17.3", get("/tip/"))[0] == 200
    assert visit(nginx, "127.0.17.3", get("/-/group"))[0] == 404

    assert [head["Dengshao-Group"] for head in App.heads] == [None]


def test_a_connection_leaves_one_line_however_much_is_asked_on_it_and_none_without_a_request(
    proxy, app, edge, holders
):
    nginx = proxy(app)
    visit(nginx, "127.0.17.3", *[get("/")] * 5, post("/tip/sent", b"what=x"), get("/nowhere"))
    # Nothing asked; half a request; and a name of another house.
    socket.create_connection(("127.0.0.1", nginx.port)).close()
    nginx.connect(source="127.0.17.4").close()
    with nginx.connect(source="127.0.29.5") as half:
        half.sendall(b"POST /tip/sent HTTP/1.1\r\nHost: tips.example\r\nContent-Length: 9\r\n\r\nx")
    time.sleep(0.3)
    edge.stop()

    assert addresses(lines_of(edge, holders)) == ["127.0.17.3", "127.0.29.5"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_under_http_2_too_a_connection_leaves_one_line(proxy, app, edge, holders):
    nginx = proxy(app, [("proxy_http_version 1.1;", "proxy_http_version 1.1;\n    http2 on;")])
    urls = [f"https://{PUBLIC}:{nginx.port}/" for _ in range(20)]
    command = ["curl", "-sk", "--http2", "--parallel", "-w", "%{http_version} ", "-o", os.devnull]
    to = f"{PUBLIC}:{nginx.port}:127.0.0.1"
    # One output for each address: without it curl would print the pages.
    outputs = ["-o", os.devnull] * (len(urls) - 1)
    done = subprocess.run(
        [*command, *outputs, "--resolve", to, *urls], capture_output=True, text=True, check=True
    )
    edge.stop()

    assert done.stdout.split() == ["2"] * 20
    assert addresses(lines_of(edge, holders)) == ["127.0.0.1"]


def test_a_crash_loses_the_hour_that_runs_and_no_word_of_it_is_on_the_disk(proxy, app, edge):
    nginx = proxy(app)
    visit(nginx, "127.0.17.3", get("/"))
    time.sleep(0.2)
    edge.stop(signal.SIGKILL)

    assert edge.files() == []
    assert traces([edge.folder, nginx.folder], ["127.0.17.3"]) == set()


def test_a_burst_of_connections_is_kept_whole(edge, holders):
    """nginx never waits: a line for which there is no room in the socket is dropped."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(str(edge.sockets / "lines"))
        for number in range(5000):
            line.send(f"<190>Dec  2 09:41:07 edge: 127.0.17.3 {number % 60000 + 1}".encode())
    edge.stop()

    assert len(lines_of(edge, holders)) == 5000


def test_a_second_edge_on_the_same_folder_does_not_start(edge):
    done = subprocess.run(edge.command, capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert done.returncode == 1
    assert "没有再启动" in done.stderr
