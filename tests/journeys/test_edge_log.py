"""nginx and the edge before an app that shows what it is sent: a token, never an address."""

import http.server
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest

from admin.config import ROOT
from admin.edge.folder import sealed_files
from admin.edge.sealed import open_hour
from admin.sealing.age import HybridIdentity

from .edged import Edge, addresses, get, lines_of, post, traces, visit, write_content
from .proxied import HAS_SIX, PUBLIC, start_nginx
from .served import DENGSHAO

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")


@pytest.fixture(scope="module")
def holders():
    return [HybridIdentity.generate(), HybridIdentity.generate()]


@pytest.fixture
def edge(tmp_path, holders):
    running = Edge(tmp_path, write_content(tmp_path / "content", holders))
    yield running
    running.close()


@pytest.fixture
def proxy(tmp_path, edge):
    started = []
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<title>home</title>")

    def make(app, changes=()):
        folder, site = tmp_path / "nginx", tmp_path / "site"
        started.append(
            start_nginx(NGINX, folder, site, app=app, edge=edge.sockets, changes=changes)
        )
        return started[-1]

    yield make
    for running in started:
        running.stop()


class App(http.server.BaseHTTPRequestHandler):
    """An app that keeps what it is sent."""

    protocol_version = "HTTP/1.1"
    heads: ClassVar[list] = []

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
    server.server_close()


FALSE = {
    "Dengshao_Group": "f" * 32,
    "X_Forwarded_For": "203.0.113.9",
    "X_Real_IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "True_Client_IP": "203.0.113.9",
}


def test_the_app_gets_a_token_of_the_network_and_no_address_from_anybody(proxy, app):
    nginx = proxy(app)
    last = "::1" if HAS_SIX else "127.0.53.7"
    sent = [("127.0.17.3", {}), ("127.0.17.99", FALSE), ("127.0.29.5", FALSE), (last, {})]
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
    nginx.finish()
    edge.stop()

    assert addresses(lines_of(edge, holders)) == ["127.0.17.3", "127.0.29.5"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_under_http_2_too_a_connection_leaves_one_line(proxy, app, edge, holders):
    nginx = proxy(app)
    urls = [f"https://{PUBLIC}:{nginx.port}/" for _ in range(20)]
    command = ["curl", "-sk", "--http2", "--parallel", "-w", "%{http_version} ", "-o", os.devnull]
    to = f"{PUBLIC}:{nginx.port}:127.0.0.1"
    # One output for each address: without it curl would print the pages.
    outputs = ["-o", os.devnull] * (len(urls) - 1)
    done = subprocess.run(
        [*command, *outputs, "--resolve", to, *urls], capture_output=True, text=True, check=True
    )
    nginx.finish()
    edge.stop()

    assert done.stdout.split() == ["2"] * 20
    assert addresses(lines_of(edge, holders)) == ["127.0.0.1"]


def test_a_crash_loses_the_hour_that_runs_and_no_word_of_it_is_on_the_disk(proxy, app, edge):
    nginx = proxy(app)
    visit(nginx, "127.0.17.3", get("/"))
    nginx.finish()
    # The edge holds the line, in memory: longer than it takes to read one.
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


def test_with_systemds_sockets_what_came_before_the_start_is_kept(tmp_path, holders, sockets):
    lines, groups = sockets
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nginx:
        nginx.connect(lines.getsockname())
        nginx.send(b"<190>Dec  2 09:41:07 edge: 127.0.17.3 1")

    def hand_over():
        os.dup2(lines.fileno(), 3)
        os.dup2(groups.fileno(), 4)

    content = write_content(tmp_path / "content", holders)
    command = [DENGSHAO, "edge-log", "run", "--content", content, "--folder", tmp_path / "sealed"]
    words = " ".join(shlex.quote(str(word)) for word in command)
    running = subprocess.Popen(
        ["sh", "-c", f"LISTEN_PID=$$ LISTEN_FDS=2 exec {words}"],
        preexec_fn=hand_over,
        pass_fds=(3, 4),
        cwd=ROOT,
    )
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(60)
        asking.connect(groups.getsockname())
        asking.sendall(b"GET / HTTP/1.1\r\nDengshao-Address: 127.0.17.3\r\n\r\n")
        answer = asking.recv(200)
    running.terminate()

    assert running.wait(30) == 0
    assert b"Dengshao-Group: " in answer
    kept = [
        line
        for file in sealed_files(tmp_path / "sealed")
        for line in open_hour(file.path.read_bytes(), holders)[1:]
    ]
    assert addresses(kept) == ["127.0.17.3"]


@pytest.fixture
def sockets():
    """The two that systemd makes before it starts anybody."""
    folder = Path(tempfile.mkdtemp(prefix="edge"))
    made = [socket.socket(socket.AF_UNIX, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)]
    for number, one in enumerate(made):
        one.bind(str(folder / str(number)))
    made[1].listen(8)
    yield made
    for one in made:
        one.close()
    shutil.rmtree(folder)
