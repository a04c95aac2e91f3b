"""An error tells its kind and its place, and nothing of what it held: to nobody, in no log."""

import http.client
import re
import shutil
import sys
from urllib.parse import quote, urlencode

import pytest

from admin import create_app
from admin.db.logins import is_desk_path
from tests.canary import find_marks
from tests.journeys.served import start
from tests.rules.raising import TOLD, TYPED, WAYS

SERVER = [sys.executable, "-m", "tests.rules.raising_server"]
PLACES = ["view", "before", "after", "teardown", "template"]
BODIES = {
    "application/x-www-form-urlencoded": urlencode({"what": TYPED["typed words"], "version": 1}),
    "application/json": f'{{"lookup": "{TYPED["typed words"]}"}}',
}


@pytest.fixture
def raising_server(tmp_path, demo_store, bundles, site_folder):
    """Start a server that raises on demand; gives it, and stops it."""
    shutil.copytree(demo_store[0], tmp_path / "data")
    started = []

    def make():
        parts = {"bundles": bundles, "site": site_folder}
        started.append(start(tmp_path, command=SERVER, arguments=["serve"], **parts))
        return started[-1]

    yield make
    for served in started:
        served.stop()


@pytest.fixture
def addresses(demo_store):
    """Every method and address of the application."""
    from admin.config import load_config

    app = create_app(load_config({"DENGSHAO_DATA": str(demo_store[0])}))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return sorted(
        (method, re.sub("<[^>]*>", "X", rule.rule)) for rule in rules for method in rule.methods
    )


def desk_headers(served):
    """Fetch a session's cookie and token once: a forged request never gets as far as an error."""
    if not hasattr(served, "desk_headers"):
        connection = http.client.HTTPConnection(served.config.bind, timeout=120)
        connection.request("GET", "/desk/sign-in", headers={"Host": served.config.desk_host})
        answer = connection.getresponse()
        token = re.search(r'csrf-token" content="([^"]+)"', answer.read().decode())[1]
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        connection.close()
        served.desk_headers = {"Cookie": cookie, "X-CSRFToken": token}
    return served.desk_headers


def ask(served, method, address, *, place, way, accept="text/html", body=None):
    """Send one request with the marks in it; gives the status, and head and body as bytes."""
    host = served.config.desk_host if is_desk_path(address) else served.config.public_host
    is_scripted = address.endswith((".json", "/thread", "/sealed", "/challenge"))
    kind = "application/json" if is_scripted else "application/x-www-form-urlencoded"
    headers = {"Host": host, "X-Place": place, "X-Way": way, "Accept": accept}
    headers |= {"Content-Type": kind, "X-Forwarded-For": TYPED["the address asked with"]}
    if is_desk_path(address) and method == "POST":
        headers |= desk_headers(served)
    connection = http.client.HTTPConnection(served.config.bind, timeout=120)
    content = (body or BODIES[kind]).encode() if method in {"POST", "PUT"} else None
    target = f"{address}?category={quote(TYPED['typed words'])}"
    connection.request(method, target, content, headers)
    answer = connection.getresponse()
    whole = str(answer.headers).encode() + answer.read()
    connection.close()
    return answer.status, whole


def test_no_error_tells_what_it_held_in_an_answer_or_in_a_log(raising_server, addresses, tmp_path):
    served = raising_server()
    answers = tmp_path / "answers"
    answers.mkdir()
    failed = 0
    for number, (method, address) in enumerate(addresses):
        for turn, (place, way) in enumerate((place, way) for place in PLACES for way in WAYS):
            accept = ("text/html", "application/json")[(number + turn) % 2]
            # At the other places the way makes no difference to how it is caught.
            if place != "view" and turn % len(WAYS) != number % len(WAYS):
                continue
            status, whole = ask(served, method, address, place=place, way=way, accept=accept)
            name = f"{method}-{address.replace('/', '_')}-{place}-{way}"
            (answers / name).write_bytes(whole)
            failed += status >= 500
    assert failed > 5 * len(addresses)
    ask(served, "GET", "/mailbox/", place="process", way="plain")
    served.stop()

    assert find_marks(answers.iterdir(), TOLD) == []
    assert find_marks([served.log], TOLD | TYPED) == []
    told = served.log.read_text("utf-8")
    for words in (
        *("ValueError at /", "RuntimeError at /", "IntegrityError at /", "ExceptionGroup at /"),
        *("sweep failed: IntegrityError", "thread ended: IntegrityError at", "ignored: ValueError"),
        *("UserWarning at /", "WARNING a.library: /", "in a view of ours: RuntimeError at /"),
        "stopped: RuntimeError at /",
    ):
        assert words in told, words
    # The day is all that a line tells of when.
    assert not re.search(r"\d\d:\d\d", told.partition("Ctrl-C")[2])


def test_an_error_page_repeats_nothing_that_was_asked_or_sent(raising_server, addresses, tmp_path):
    served = raising_server()
    answers = tmp_path / "answers"
    answers.mkdir()
    for method, address in addresses:
        for accept in ("text/html", "application/json"):
            status, whole = ask(served, method, address, place="view", way="chained", accept=accept)
            if status >= 500:
                (answers / f"{method}{address.replace('/', '_')}-{accept[:4]}").write_bytes(whole)
                assert b"no-store, no-transform" in whole
                assert method == "HEAD" or "110" in whole.decode("utf-8"), whole

    assert len(list(answers.iterdir())) > len(addresses)
    assert find_marks(answers.iterdir(), TOLD | TYPED) == []


def test_a_database_that_fails_in_the_midst_of_a_tip_tells_nothing_of_it(raising_server, tmp_path):
    served = raising_server()
    connection = http.client.HTTPConnection(served.config.bind, timeout=120)
    connection.request("GET", "/tip/", headers={"Host": served.config.public_host})
    token = re.search(r'name="token" value="([^"]+)"', connection.getresponse().read().decode())[1]
    connection.close()
    tip = {"token": token, "category": "A2", "what": TYPED["typed words"], "place": "桥头"}
    statuses = set()
    for way in WAYS:
        body = urlencode(tip)
        status, whole = ask(served, "POST", "/tip/sent", place="database", way=way, body=body)
        (tmp_path / f"answer-{way}").write_bytes(whole)
        statuses.add(status)
    served.stop()

    assert statuses <= {400, 409, 500, 503}
    assert statuses >= {500, 503}
    assert find_marks(tmp_path.glob("answer-*"), TOLD) == []
    assert find_marks([served.log], TOLD | TYPED) == []
    assert "ValueError at" in served.log.read_text("utf-8")


def test_without_what_keeps_errors_quiet_the_same_search_finds_them(raising_server, monkeypatch):
    monkeypatch.setenv("LOUD", "yes")
    served = raising_server()
    ask(served, "GET", "/mailbox/", place="view", way="chained")
    ask(served, "GET", "/mailbox/", place="process", way="plain")
    served.stop()

    found = find_marks([served.log], TOLD)
    assert {line.partition(" in ")[0] for line in found} == set(TOLD)
