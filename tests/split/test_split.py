"""Two machines in two hands: one knows from where, the other what, and neither both."""

import http.client
import re
import socket
import ssl
import time
from urllib.parse import urlencode

import pytest

from tests.canary import find_marks, spellings, written_since
from tests.journeys.proxied import BEHIND, PUBLIC
from tests.journeys.served import start

from .place import (
    EXAMPLES,
    LINK,
    NGINX,
    STREAM,
    edge_before,
    family,
    memory_holds,
    new_groups,
    start_app_nginx,
)

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it"),
    pytest.mark.skipif(not STREAM.exists(), reason="nginx's stream module is absent"),
]
VISITOR, NEIGHBOUR, STRANGER = "127.83.91.17", "127.83.91.200", "127.44.5.6"
WORDS = "暗渠边的第七棵黄皮树"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served(tmp_path_factory, demo_store, bundles, site_folder):
    folder = tmp_path_factory.mktemp("app")
    where = {"bundles": bundles, "site": site_folder, "store": demo_store[0]}
    running = start(folder, **where, arguments=["serve"], settings=BEHIND)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def app(served, tmp_path_factory, site_folder):
    folder = tmp_path_factory.mktemp("app-nginx") / "nginx"
    running = start_app_nginx(folder, site_folder, served.config.bind)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def edge(app, tmp_path_factory):
    with edge_before(tmp_path_factory.mktemp("edge") / "edge", app.port) as running:
        yield running


class Visit:
    """A visitor's connection through the edge: TLS from here to the app machine."""

    def __init__(self, edge, source=VISITOR):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(
            ("127.0.0.1", edge.port), timeout=30, source_address=(source, 0)
        )
        self.line = context.wrap_socket(plain, server_hostname=PUBLIC)

    def ask(self, method, path, body=b""):
        head = f"{method} {path} HTTP/1.1\r\nHost: {PUBLIC}\r\nContent-Type: {FORM}\r\n"
        self.line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = http.client.HTTPResponse(self.line)
        answer.begin()
        return answer.status, answer.read().decode("utf-8")

    def send_tip(self):
        """Send a tip as a browser without scripts does: what both machines must fear most."""
        _status, page = self.ask("GET", "/tip/")
        token = re.search(r'name="token" value="([^"]+)"', page)[1]
        fields = {
            "token": token,
            "category": "A2",
            "what": WORDS,
            "place": "这里",
            "when": "ongoing",
        }
        status, page = self.ask("POST", "/tip/sent", urlencode(fields).encode())
        assert status == 200, page
        shown = re.search(r'id="receipt".*?</ol>', page, re.S)[0].partition(">")[2]
        return re.sub(r"<[^>]*>|\s", "", shown)


def of_address(address):
    """How an address may lie in a memory: in letters, and as the kernel hands it out."""
    packed = re.escape(socket.inet_aton(address))
    return {
        "letters": re.compile(re.escape(address.encode())),
        "a socket's": re.compile(rb"\x02\x00..(?:%s)" % packed, re.S),
    }


def of_words(words):
    return {how: re.compile(re.escape(spelt)) for how, spelt in spellings(words).items()}


def test_neither_machine_has_both_the_address_and_the_words(edge, app, served):
    began = time.time_ns()
    visit = Visit(edge)
    receipt = visit.send_tip()
    assert len(receipt) == 36
    marks = {"words": WORDS, "receipt": receipt}

    # The connection is open: whatever either machine holds of it, it holds now.
    address = of_address(VISITOR)
    of_app = [pid for pid in (*family(served.process.pid), *family(app.process.pid))]
    of_edge = family(edge.process.pid)
    assert not {found for pid in of_app for found in memory_holds(pid, address)}
    for mark in marks.values():
        assert not {found for pid in of_edge for found in memory_holds(pid, of_words(mark))}
    # And the search does find what is there: the address at the edge, the host's name at the app.
    assert {found for pid in of_edge for found in memory_holds(pid, address)}
    host = {"host": re.compile(PUBLIC.encode())}
    assert all(memory_holds(pid, host) for pid in of_app)

    visit.line.close()
    app_disk = list(written_since([*served.folders, app.folder], began))
    assert app_disk
    assert not find_marks(app_disk, {"address": VISITOR})
    assert not find_marks(written_since([edge.folder], 0), {**marks, "address": VISITOR})


def test_the_edge_logs_one_line_a_connection_and_the_line_has_address_and_port(edge):
    visit = Visit(edge)
    port = visit.line.getsockname()[1]
    for path in ("/tip/", "/mailbox/", "/"):
        visit.ask("GET", path)
    visit.line.close()

    line = rf"<\d+>[^\n]+ edge: {re.escape(VISITOR)} {port}"
    edge.lines.wait_for(lambda heard: any(str(port).encode() in one for one in heard))
    edge.lines.wait_for_rest()
    lines = [one.decode() for one in edge.lines.take() if str(port).encode() in one]
    assert len(lines) == 1
    assert re.fullmatch(line, lines[0])


def peer_of(app, edge, source):
    """Visit the edge from an address; gives the one that the app machine sees."""
    there = ("127.0.0.1", edge.port)
    with socket.create_connection(there, timeout=30, source_address=(source, 0)):
        line, peer = app.accept()
        line.close()
    return peer[0]


@pytest.fixture
def seen_from(tmp_path):
    """Put a listener in the app machine's place: from where does it see these visitors?"""

    def see(folder, sources):
        with (
            socket.create_server(("127.0.0.1", 0)) as app,
            edge_before(folder, app.getsockname()[1]) as edge,
        ):
            # Who waited for it to start was the first to be led on.
            app.accept()[0].close()
            return [peer_of(app, edge, source) for source in sources]

    return lambda name, sources: see(tmp_path / name, sources)


def test_one_network_is_one_group_for_the_app_and_another_day_another(seen_from):
    sources = [VISITOR, NEIGHBOUR, VISITOR, STRANGER]
    days = [seen_from(str(day), sources) for day in range(3)]
    for first, neighbour, again, _stranger in days:
        assert first == neighbour == again
    everywhere = {seen for day in days for seen in day}
    assert all(re.fullmatch(rf"{LINK}\.\d{{1,3}}\.1", seen) for seen in everywhere)
    # By chance two of 250 are one; that all are, in three days and of two networks, never is.
    assert len({day[0] for day in days}) > 1
    assert any(day[0] != day[3] for day in days)


def test_the_groups_are_250_and_salted_anew(tmp_path):
    first = new_groups(tmp_path).read_text("utf-8")
    second = new_groups(tmp_path).read_text("utf-8")
    assert first.splitlines()[1:] == second.splitlines()[1:]
    assert first.splitlines()[0] != second.splitlines()[0]
    assert len(set(re.findall(rf"{LINK}\.\d+\.1", first))) == 250


def test_the_app_machine_answers_nobody_who_does_not_come_by_the_link(app):
    with app.connect() as line:
        line.sendall(f"GET /tip/ HTTP/1.1\r\nHost: {PUBLIC}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert answer.status == 403
    with app.connect(source=f"{LINK}.3.1") as line:
        line.sendall(f"GET /tip/ HTTP/1.1\r\nHost: {PUBLIC}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert answer.status == 200


def test_the_edge_has_no_key_and_no_certificate():
    words = (EXAMPLES / "edge.conf").read_text("utf-8")
    assert not re.findall(r"^\s*(ssl\S*|listen .* ssl)", words, re.M)
