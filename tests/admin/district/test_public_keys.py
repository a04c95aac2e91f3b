"""What the public reads of the keys: each difference is named, rows of another shape are none."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from admin.config import ROOT, Env
from admin.district import preflight, public_keys
from admin.district.data import load_district, routes_digest
from admin.district.public_keys import NotSeen, _read, address, differences, fetch, seen_keys, told
from admin.reading.data_files import DataError
from admin.reading.keys_file import Keys

UNTIL = date(2026, 12, 31)
POLICE, TRADE, OLD = ("police", "aaaa"), ("trade", "bbbb"), ("police", "cccc")
WANTED = Keys(frozenset({POLICE, TRADE}), frozenset({(*OLD, UNTIL)}))


def row(key, **more):
    return {"unit": key[0], "fingerprint": key[1], **more}


def page(keys, retiring):
    return {"keys": keys, "retiring": retiring, "routes": "0" * 64}


SAME = page([row(POLICE), row(TRADE)], [row(OLD, until="2026-12-31")])
MISSING, ADDED = "公众看不到 {} 的 {}", "公众看到 {} 的 {}，keys.yml 里没有"
OLDER = "退役的旧密钥不一样"
DIFFERENT = {
    "one key too few": (page([row(POLICE)], SAME["retiring"]), [MISSING.format(*TRADE)]),
    "none at all": ({}, [MISSING.format(*POLICE), MISSING.format(*TRADE)]),
    "one key too many": (
        page([*SAME["keys"], row(("upper", "dddd"))], SAME["retiring"]),
        [ADDED.format("upper", "dddd")],
    ),
    "a key of another unit": (
        page([row(POLICE), row(("drugs", "bbbb"))], SAME["retiring"]),
        [MISSING.format(*TRADE), ADDED.format("drugs", "bbbb")],
    ),
    "another fingerprint": (
        page([row(POLICE), row(("trade", "ffff"))], SAME["retiring"]),
        [MISSING.format(*TRADE), ADDED.format("trade", "ffff")],
    ),
    "no older key": (page(SAME["keys"], []), [OLDER]),
    "an older key too many": (
        page(SAME["keys"], [*SAME["retiring"], row(TRADE, until="2026-12-31")]),
        [OLDER],
    ),
    "an older key for a day more": (page(SAME["keys"], [row(OLD, until="2027-01-01")]), [OLDER]),
    "an older key without a day": (page(SAME["keys"], [row(OLD, until="soon")]), [OLDER]),
}


def test_the_same_list_has_no_difference_in_whatever_order():
    assert differences(SAME, WANTED) == []
    assert differences(page([*reversed(SAME["keys"])], SAME["retiring"]), WANTED) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_each_difference_is_named(name):
    seen, said = DIFFERENT[name]

    assert differences(seen, WANTED) == said


ODD = [None, 1, "police", [], {}, {"unit": "trade"}, {"fingerprint": "bbbb"}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_row_of_another_shape_counts_for_nothing(odd):
    assert seen_keys(page([odd, row(POLICE, extra="x")], odd)) == Keys(
        frozenset({POLICE}), frozenset()
    )


def test_what_the_public_reads_is_told_key_by_key():
    assert told(SAME) == [
        "  police\taaaa",
        "  trade\tbbbb",
        "  police\tcccc\t旧，到 2026-12-31",
    ]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'"keys"', b"\xff", b"null"])
def test_an_answer_that_is_no_list_of_keys_is_none(text):
    with pytest.raises(NotSeen, match="不是密钥的名单"):
        _read(text)

    assert _read(b'{"keys": []}') == {"keys": []}


class Public(BaseHTTPRequestHandler):
    """A public site that gives one answer; what it was asked is noted."""

    status, body, asked = 200, b"{}", None

    def do_GET(self):
        type(self).asked = (self.path, dict(self.headers))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_args):
        return


@contextmanager
def public_site(status, body):
    handler = type("Site", (Public,), {"status": status, "body": body})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port, handler
        finally:
            server.shutdown()
            thread.join()


def test_the_list_is_asked_for_as_a_browser_does_and_read(config):
    with public_site(200, b'{"keys": [], "routes": "x"}') as (port, site):
        found = fetch(replace(config, bind=f"[127.0.0.1]:{port}"))

    assert found == {"keys": [], "routes": "x"}
    assert site.asked == (
        "/keys.json",
        {"Host": config.public_host, "Accept-Encoding": "identity"},
    )


@pytest.mark.parametrize("status", [204, 404, 500])
def test_another_answer_than_a_list_is_told_by_its_number(config, status):
    with (
        public_site(status, b"" if status == 204 else b"{}") as (port, _site),
        pytest.raises(NotSeen, match=str(status)),
    ):
        fetch(replace(config, bind=f"127.0.0.1:{port}"))


def test_where_nobody_answers_that_is_told(config):
    with public_site(200, b"{}") as (port, _site):
        pass

    with pytest.raises(NotSeen, match="没有程序在听"):
        fetch(replace(config, bind=f"127.0.0.1:{port}"))


def test_production_asks_by_the_safe_line_alone(config):
    production = replace(config, env=Env.PRODUCTION)

    assert address(config) == f"http://{config.public_host}/keys.json"
    assert address(production) == f"https://{config.public_host}/keys.json"
    line = public_keys._connection(production)
    assert isinstance(line, public_keys.http.client.HTTPSConnection)
    assert f"{line.host}:{line.port}" == config.public_host
    # So long the desk's own page waits for it.
    assert line.timeout == public_keys._connection(config).timeout == 10


@pytest.mark.parametrize("body", [b'{"keys": []}', b"nonsense"])
def test_the_line_is_closed_after_a_good_answer_and_a_bad_one(config, monkeypatch, body):
    closed, close = [], public_keys.http.client.HTTPConnection.close
    monkeypatch.setattr(
        public_keys.http.client.HTTPConnection,
        "close",
        lambda self: closed.append(self) or close(self),
    )
    with public_site(200, body) as (port, _site):
        # What was read of an answer whose end is its own may leave the line open.
        monkeypatch.setattr(Public, "protocol_version", "HTTP/1.1")
        try:
            fetch(replace(config, bind=f"127.0.0.1:{port}"))
        except NotSeen:
            assert body == b"nonsense"

    assert len(closed) == 1


@pytest.fixture
def asked(monkeypatch):
    """Let the public read these routes, or nothing where they are None; counts the questions."""

    def answering(routes):
        seen = []

        def answer(_config):
            seen.append(routes)
            if routes is None:
                raise NotSeen("没有应答")
            return {"routes": routes}

        monkeypatch.setattr(preflight, "fetch", answer)
        return seen

    return answering


DIGEST = routes_digest(load_district(ROOT / "content"))
# What the public reads, what the caller says, whether it is asked, and what is complained of.
CHECKED = {
    "the same": (DIGEST, {}, 1, None),
    "others": ("0" * 64, {}, 1, "不一样"),
    "others, and they serve already": ("0" * 64, {"known": DIGEST}, 0, None),
    "others, and yet others serve": ("0" * 64, {"known": "1"}, 1, "不一样"),
    "others, and nothing serves": ("0" * 64, {"is_serving": False}, 0, None),
    "nothing": (None, {}, 1, "取不到"),
    "nothing, and that may be": (None, {"may_miss": True}, 1, None),
    "others, though nothing may be": ("0" * 64, {"may_miss": True}, 1, "不一样"),
}


@pytest.mark.parametrize("name", CHECKED)
def test_production_reads_its_data_anew_where_the_public_reads_the_same_routes(config, asked, name):
    routes, said, questions, complaint = CHECKED[name]
    seen = asked(routes)
    production = replace(config, env=Env.PRODUCTION)

    if complaint:
        with pytest.raises(DataError, match=complaint):
            preflight.check_all(production, **said)
    else:
        preflight.check_all(production, **said)

    assert len(seen) == questions


def test_in_development_nobody_is_asked(config, asked):
    seen = asked("0" * 64)

    preflight.check_all(config)

    assert seen == []
