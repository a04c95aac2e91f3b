"""The nginx example with a real nginx: bodies stay in memory, logs hold no address."""

import http.client
import json
import re
import shutil
import ssl
import time

import pytest
from sqlalchemy import create_engine, text

from admin.config import ROOT
from admin.doctor.web import ask
from admin.edge.sealed import open_hour
from admin.intake.challenge import Challenges
from admin.intake.js_api.part_room import PLACES
from admin.intake.no_js.request import _SIDE_BY_SIDE
from admin.sealing.age import HybridIdentity, NoMatch
from admin.sealing.padme import MIB
from admin.web import security
from tests.bench.sealed import solved
from tests.http_client import HttpClient
from tests.uploads import OCTETS, SealedFile, Uploader

from .edged import (
    LINE,
    Edge,
    addresses,
    get,
    lines_of,
    post,
    traces,
    visit,
    write_content,
)
from .proxied import (
    BEHIND,
    DESK,
    EXAMPLE,
    HAS_SIX,
    PUBLIC,
    form_with_file,
    largest_form,
    part,
    provoke,
    start_nginx,
)
from .served import start

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")


@pytest.fixture(scope="module")
def folder_of_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx-site")
    (folder / "law").mkdir()
    (folder / "index.html").write_text("<title>home</title>" + "<p>words" * 300)
    (folder / "law" / "index.html").write_text("<title>law</title>")
    (folder / "404.html").write_text("<title>none</title>")
    shutil.copytree(ROOT / "site" / "theme" / "assets", folder / "assets")
    return folder


@pytest.fixture
def proxy(tmp_path, folder_of_site):
    """Start nginx before an app: `proxy(app, changes)`."""
    started = []

    def make(app="127.0.0.1:9", changes=()):
        folder = tmp_path / f"nginx{len(started)}"
        started.append(start_nginx(NGINX, folder, folder_of_site, app=app, changes=changes))
        return started[-1]

    yield make
    for running in started:
        running.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory, demo_store, bundles, site_folder):
    """One app for all: none of these tests minds what another stored."""
    folder = tmp_path_factory.mktemp("behind-nginx")
    where = {"bundles": bundles, "site": site_folder, "store": demo_store[0]}
    running = start(folder, **where, arguments=["serve"], settings=BEHIND)
    yield running
    running.stop()


def count_tips(served):
    engine = create_engine(f"sqlite:///{served.data / 'dengshao.sqlite3'}")
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM tip")).scalar_one()
    engine.dispose()
    return count


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_the_largest_form_sent_slowly_arrives_and_touches_no_disk_on_its_way(
    proxy, served, chunked
):
    nginx = proxy(served.config.bind)
    before, tips = nginx.spooled(), count_tips(served)
    body = largest_form(nginx.get("/tip/")[1])
    assert len(body) > 39_000

    answer, page = nginx.post("/tip/sent", body, FORM, chunked=chunked)

    assert answer.status == 200, page
    assert 'id="receipt"' in page
    assert count_tips(served) == tips + 1
    assert nginx.spooled() == before
    assert answer.headers["Content-Encoding"] is None
    assert answer.headers["Server"] == "nginx"


def test_the_largest_sealed_body_and_one_beyond_touch_no_disk(proxy, served):
    nginx = proxy(served.config.bind)
    before = nginx.spooled()

    sealed = nginx.post("/tip/sealed", b"{}".ljust(128 * 1024), "application/json")[0]
    beyond = nginx.post("/tip/sent", b"what=".ljust(255 * 1024, b"x"), FORM)[0]

    assert sealed.status == 400
    assert beyond.status == 422
    assert nginx.spooled() == before


@pytest.fixture
def uploader(served):
    """Who has a ticket from the app itself, and sends parts through nginx."""
    challenges = Challenges(served.config.key("challenge"))
    client = HttpClient(int(served.config.bind.rpartition(":")[2]), host=PUBLIC)
    return Uploader(client, lambda: solved(challenges.new(1)))


def test_a_part_of_a_file_sent_slowly_arrives_and_touches_no_disk_on_its_way(
    proxy, served, uploader
):
    nginx = proxy(served.config.bind)
    before = nginx.spooled()
    file = SealedFile.of(3 * MIB)
    ticket = uploader.ticket(len(file.data))

    answers = [part(nginx, ticket, data, number) for number, data in enumerate(file.parts)]
    beyond, _page = part(nginx, ticket, b"x" * (2 * MIB + 1))
    chunked, _page = part(nginx, ticket, file.parts[0], chunked=True)

    assert [answer.status for answer, _ in answers] == [200, 200], answers[0][1]
    assert json.loads(answers[1][1]) == {"next": 2, "whole": True}
    # nginx has it whole before the app hears of it, and tells its length.
    assert (beyond.status, chunked.status) == (413, 200)
    assert nginx.spooled() == before


def test_where_too_many_parts_come_at_once_or_the_app_is_away_the_browser_is_told_to_wait(
    proxy, served
):
    nginx = proxy(served.config.bind, [("limit_conn parts 128;", "limit_conn parts 1;")])
    head = (
        f"POST /tip/files/part HTTP/1.1\r\nHost: {PUBLIC}\r\nContent-Type: {OCTETS}\r\n"
        "Content-Length: 2000\r\n\r\n"
    )
    with nginx.connect() as slow:
        slow.sendall(head.encode())
        told = [until(503, lambda: part(nginx, "x", b"y")), part(proxy(), "x", b"y")]

    for answer, body in told:
        assert (answer.status, json.loads(body)) == (503, {"error": "busy"})
        assert answer.headers["Retry-After"] == "10"
    assert until(410, lambda: part(nginx, "x", b"y"))[0].status == 410


def until(status, send):
    """Send until it is answered so: each of nginx's processes hears of a line in its time."""
    for _ in range(100):
        answer, body = send()
        if answer.status == status:
            break
        time.sleep(0.1)
    return answer, body


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("size", [50_000, 3_000_000])
def test_a_form_with_a_file_arrives_and_touches_no_disk_on_its_way(proxy, served, size, chunked):
    nginx = proxy(served.config.bind)
    before = nginx.spooled()
    _answer, sent = nginx.post("/tip/sent", largest_form(nginx.get("/tip/")[1]), FORM)
    body = form_with_file(sent, size)

    answer, page = nginx.post(
        "/tip/more", body, "multipart/form-data; boundary=b", piece=60_000, chunked=chunked
    )

    assert nginx.spooled() == before
    if size < 256 * 1024 or not chunked:
        assert answer.status == 200, page
        assert "照原样已保存" in page


def test_too_many_long_forms_at_once_are_told_to_come_again_and_short_ones_are_served(
    proxy, served
):
    nginx = proxy(
        served.config.bind, [("limit_conn forms_with_files 32;", "limit_conn forms_with_files 1;")]
    )
    head = (
        f"POST /tip/sent HTTP/1.1\r\nHost: {PUBLIC}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 2000000\r\n\r\n"
    )
    with nginx.connect() as slow:
        slow.sendall(head.encode())
        body = b"what=".ljust(200_000, b"x")
        long, page = until(503, lambda: nginx.post("/tip/sent", body, FORM, piece=60_000))
        short, _page = nginx.post("/tip/sent", b"what=x", FORM)

    assert long.status == 503
    assert "返回上一页" in page
    assert short.status == 422


LONG = {
    "forms": ("forms_of_one 4;", "/tip/sent", 422),
    "parts": ("parts_of_one 16;", "/tip/files/part", 410),
}


@pytest.mark.parametrize(("limit", "path", "status"), LONG.values(), ids=LONG)
def test_one_address_that_sends_without_end_keeps_no_other_out(proxy, served, limit, path, status):
    changes = [(f"limit_conn {limit}", f"limit_conn {limit.split()[0]} 1;")]
    nginx = proxy(served.config.bind, changes)
    kind = FORM if path == "/tip/sent" else OCTETS
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {PUBLIC}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: 200000\r\n\r\n"
    )
    with nginx.connect() as slow:
        slow.sendall(head.encode())
        body = b"what=".ljust(200_000, b"x")
        same, _page = until(503, lambda: nginx.post(path, body, kind, piece=60_000))
        other, _page = nginx.post(path, body, kind, piece=60_000, source="127.0.0.2")

    assert (same.status, other.status) == (503, status)


def test_nginx_lets_more_through_than_the_app_has_places_for_so_that_the_app_may_choose():
    words = EXAMPLE.read_text("utf-8")
    workers = 2  # as `dengshao serve` starts them
    most = {name: int(count) for name, count in re.findall(r"limit_conn (\w+) ([0-9]+);", words)}

    assert most["forms_with_files"] >= 4 * workers * _SIDE_BY_SIDE
    assert most["parts"] >= 4 * workers * PLACES
    # Who comes alone fills neither, nor all places of the app's forms.
    assert most["forms_of_one"] < workers * _SIDE_BY_SIDE
    assert 4 * most["parts_of_one"] < most["parts"]


def test_with_a_usual_buffer_the_same_form_would_be_spooled(proxy, served):
    nginx = proxy(
        served.config.bind, [("client_body_buffer_size 320k", "client_body_buffer_size 16k")]
    )
    before = nginx.spooled()

    nginx.post("/tip/sent", largest_form(nginx.get("/tip/")[1]), FORM)

    assert nginx.spooled() != before


def test_no_log_holds_an_address_a_word_or_a_request(proxy):
    nginx = proxy()

    provoke(nginx)
    nginx.stop()

    logs = [path for path in (nginx.folder / "log").rglob("*") if path.is_file()]
    assert "".join(path.read_text() for path in logs) == ""
    assert not list(nginx.folder.rglob("access*"))


def test_at_a_usual_level_the_same_requests_would_be_logged_with_their_address(proxy):
    nginx = proxy(changes=[("error.log emerg", "error.log error")])

    provoke(nginx)
    nginx.stop()

    log = (nginx.folder / "log" / "error.log").read_text()
    assert "client: 127.0.0.1" in log
    assert "CANARY-7" in log


def test_where_the_app_is_away_a_sentence_says_what_to_do(proxy):
    answer, page = proxy().post("/tip/sent", b"what=x", FORM)

    assert answer.status == 503
    assert "返回上一页" in page
    assert "110" in page
    assert answer.headers["Cache-Control"] == "no-store, no-transform"


def test_the_site_is_served_with_the_apps_headers_and_its_pages_are_compressed(proxy):
    nginx = proxy()
    answer, page = nginx.get("/")
    packed, _ = nginx.get("/assets/lamp.css")

    assert "<title>home</title>" in page
    assert answer.headers["Content-Security-Policy"] == security.CSP_PUBLIC
    for name in ("Referrer-Policy", "X-Content-Type-Options", "Cross-Origin-Opener-Policy"):
        assert answer.headers[name] == security._HEADERS[name], name
    assert answer.headers["Cache-Control"] == "no-cache"
    assert packed.headers["Content-Encoding"] is None
    with nginx.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: tips.example\r\nAccept-Encoding: gzip\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert nginx.get("/law/")[1] == "<title>law</title>"
    assert nginx.get("/nowhere")[0].status == 404


def test_where_the_app_is_down_the_desk_says_so_in_its_own_words(proxy):
    """App down gives an English 502: staff.md, major 7."""
    nginx = proxy()

    for path in ("/desk/", "/desk/reseal/x", "/app/desk.js"):
        answer, page = nginx.get(path, DESK)
        assert answer.status == 503
        assert "工作台暂时连不上" in page
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "nginx" not in page


def test_each_host_leads_to_its_own_part_of_the_app(proxy, served):
    nginx = proxy(served.config.bind)

    answer, page = nginx.get("/desk/sign-in", DESK)
    assert answer.status == 200
    assert "require-trusted-types-for" in answer.headers["Content-Security-Policy"]
    assert nginx.get("/desk/", PUBLIC)[0].status == 404
    assert nginx.get("/tip/", DESK)[0].status == 404
    for gone in ("/tip/", "/search/", "/site-map/", "/about/"):
        answer, page = nginx.get(gone, DESK)
        assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store, no-transform")
        assert "工作台上没有这个页面" in page
    assert nginx.get("/assets/lamp.css", DESK)[0].status == 200
    assert nginx.get("/app/desk.css", DESK)[0].status == 200
    answer, page = nginx.get("/en/mailbox/", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] is None
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert "receipt" in page
    with pytest.raises(ssl.SSLError):
        nginx.connect("other.example")


READERS = ("127.0.17.3", "127.0.17.4")
REPORTERS = ("127.0.29.5", "127.0.41.6", "::1" if HAS_SIX else "127.0.61.8")
STAFF = "127.0.53.7"
VISITORS = (*READERS, *REPORTERS, STAFF)


def test_neither_disk_tells_from_where_people_came_and_the_holders_learn_no_more_than_that(
    served, folder_of_site, tmp_path
):
    holders = [HybridIdentity.generate(), HybridIdentity.generate()]
    edge = Edge(tmp_path, write_content(tmp_path / "content", holders))
    folder, app = tmp_path / "nginx", served.config.bind
    nginx = start_nginx(NGINX, folder, folder_of_site, app=app, edge=edge.sockets)
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

    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "log").write_bytes(b"x\x7f\x00\x11\x03x")
    assert len(traces([tmp_path / "control"], READERS)) == 1
    # The thief of the edge's disk: sealed files, all of one length, and nothing in nginx's logs.
    assert traces([nginx.folder, edge.folder, edge.log.parent / "edge.log"], VISITORS) == set()
    assert {file.path.stat().st_size for file in edge.files()} == {
        file.path.stat().st_size for file in edge.files()[:1]
    }
    # The thief of the app's disk, with its logs.
    assert traces(served.folders, VISITORS) == set()
    # One holder alone, and both.
    for alone in holders:
        with pytest.raises(NoMatch):
            open_hour(edge.files()[0].path.read_bytes(), [alone])
    lines = lines_of(edge, holders)
    assert addresses(lines) == sorted([*READERS, *REPORTERS, *REPORTERS, STAFF])
    told = b"\n".join(lines)
    for word in (b"tip", b"desk", b"GET", b"POST", b"200", b"example"):
        assert word not in LINE.sub(b"", told)
    assert edge.log.read_text() == "本机记，每小时加密一次，交给本单位以外的持有人。\n"
    edge.close()


needs_six = pytest.mark.skipif(not HAS_SIX, reason="this machine has no IPv6 loopback address")


@pytest.fixture(scope="module")
def served_on_six(tmp_path_factory, demo_store, bundles, site_folder):
    """The app on IPv6's loopback alone, as DENGSHAO_BIND=[::1]:8000 has it."""
    folder = tmp_path_factory.mktemp("behind-nginx-six")
    where = {"bundles": bundles, "site": site_folder, "store": demo_store[0]}
    running = start(folder, **where, arguments=["serve"], settings=BEHIND, address="[::1]")
    yield running
    running.stop()


@needs_six
def test_a_visitor_by_ipv6_passes_nginx_and_the_app_by_ipv6_alone(proxy, served_on_six):
    nginx = proxy(served_on_six.config.bind)
    assert served_on_six.config.bind.startswith("[::1]:")

    for path, host, words in (("/", PUBLIC, "home"), ("/desk/sign-in", DESK, "登录工作台")):
        answer, page = nginx.get(path, host, source="::1")
        assert answer.status == 200
        assert words in page
    body = largest_form(nginx.get("/tip/", source="::1")[1])
    answer, page = nginx.post("/tip/sent", body, FORM, piece=60_000, source="::1")
    assert answer.status == 200, page
    assert 'id="receipt"' in page
    assert ask(served_on_six.config.bind, PUBLIC, "/tip/").status == 200


@needs_six
def test_of_ipv6_a_house_is_one_sender_whichever_of_its_addresses_it_takes(proxy):
    """The map is nginx's own: asked by an answer that says what the limits count."""
    told = "location = /sender { default_type text/plain; return 200 $one_sender; }"
    nginx = proxy(
        changes=[
            ("map $remote_addr $one_sender", "map $http_x_tried $one_sender"),
            ("default $remote_addr;", "default $http_x_tried;"),
            ("location = /tip/files/part {", f"{told}\n        location = /tip/files/part {{"),
        ]
    )

    def sender(address):
        return nginx.get("/sender", **{"X-Tried": address})[1]

    assert sender("2001:db8:1:2:3:4:5:6") == sender("2001:db8:1:2::9") == "2001:db8:1:2"
    assert sender("2001:db8:1:3::9") == "2001:db8:1:3"
    assert sender("2001:db8::9") == "2001:db8"
    assert sender("192.0.2.1") == "192.0.2.1"
    assert sender("::1") == "::1"
