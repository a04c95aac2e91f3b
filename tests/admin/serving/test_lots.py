"""Requests in lots: what is told of them, against who looks as often as they like."""

import io
import json
from itertools import count
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.db import db
from admin.serving.measuring import around, lots
from admin.serving.measuring.around import Watched, pages_of
from admin.serving.measuring.keeping import HOUR, begin, folder_of, keep, read
from admin.serving.measuring.lots import LOT, Lot, Measured, Pages, told

QUICK, SLOW = 0.02, 3.0
SHARES = (0.5, 0.95)


def always():
    return True


def filled(process, requests, hour=7):
    """Let a process answer requests of so many seconds each, some of which failed."""
    for seconds, is_failed in requests:
        process.add(seconds, hour, is_failed=is_failed)
    return process.hours


def seen(*processes, hour=8):
    """All that is told of processes."""
    found = told(processes, hour)
    return found and (
        found.lots,
        [found.whole.within(one) for one in SHARES],
        found.whole.failed_share,
    )


@given(st.sets(st.integers(0, LOT - 1), max_size=10), st.booleans())
def test_ten_slow_or_failed_requests_of_a_quick_lot_change_nothing_that_is_told(places, is_failed):
    quick = [(QUICK, False)] * LOT
    with_ten = [(SLOW, is_failed) if place in places else one for place, one in enumerate(quick)]

    assert seen(filled(Measured(always), with_ten)) == seen(filled(Measured(always), quick))


def test_eleven_do():
    requests = [(SLOW, True)] * 11 + [(QUICK, False)] * (LOT - 11)

    assert seen(filled(Measured(always), requests)) == (1, [0.025, 5.0], 0.1)


def test_half_a_lot_is_never_told_and_a_whole_one_only_when_its_hour_is_over():
    process = Measured(always)
    assert seen(filled(process, [(QUICK, False)] * (LOT - 1)), hour=9) is None

    filled(process, [(QUICK, False)])

    assert seen(process.hours, hour=7) is None
    assert seen(process.hours, hour=8) == (1, [0.025, 0.025], 0.05)
    # What comes in the hour that runs changes nothing that is told in it.
    filled(process, [(SLOW, True)] * LOT, hour=8)
    assert seen(process.hours, hour=8) == (1, [0.025, 0.025], 0.05)
    assert seen(process.hours, hour=9) == (2, [5.0, 5.0], 1.0)


def test_processes_are_summed_and_the_times_are_those_of_the_newest_hour():
    old = filled(Measured(always), [(SLOW, False)] * LOT, hour=5)
    one = filled(Measured(always), [(QUICK, False)] * 2 * LOT)
    other = filled(Measured(always), [(0.2, False)] * LOT)

    assert seen(old, one, other) == (4, [0.025, 0.25], 0.05)


def test_each_request_is_tossed_for():
    process = Measured()
    filled(process, [(QUICK, False)] * 8_000)

    # Forty lots would be all of them; twenty are expected, less what fills the next.
    assert 17 <= process.hours[-1].lots <= 22
    assert process.hours[-1].whole.size == process.hours[-1].lots * LOT


def test_what_took_longest_has_no_bound():
    whole = Lot()
    whole.add(11.0, is_failed=False)
    assert whole.within(0.5) == float("inf")


def request(method="GET", path="/tip/", **more):
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(), **more}


@pytest.mark.parametrize(
    ("asked", "pages"),
    [
        (request(), Pages.PUBLIC),
        (request("POST", "/tip/sent", CONTENT_LENGTH="18000"), Pages.PUBLIC),
        (request("POST", "/en/mailbox/"), Pages.PUBLIC),
        (request(path="/app/tip.js"), Pages.PUBLIC),
        (request(path="/desk-files/"), Pages.PUBLIC),
        (request(path="/desk/tips/AB12"), Pages.DESK),
        (request("POST", "/desk/sign-in", CONTENT_LENGTH="100"), Pages.DESK),
        (request("POST", "/tip/sent", CONTENT_LENGTH="20000000"), None),
        (request("POST", "/tip/sent", HTTP_TRANSFER_ENCODING="chunked"), None),
        (request("POST", "/tip/sent", CONTENT_LENGTH="many"), None),
        (request(path="/readyz"), None),
        (request(path="/healthz"), None),
    ],
)
def test_reading_sending_and_the_mailbox_are_one_kind_of_page(asked, pages):
    assert pages_of(asked) is pages


def answer(environ, start_response):
    if environ["PATH_INFO"] == "/broken":
        raise LookupError
    start_response("200 OK", [])
    return [b""]


def node_after(folder, monkeypatch, requests):
    """Let a process answer requests, each in the same time; gives what is told an hour later."""
    folder.mkdir()
    begin(folder)
    ticks = count(step=QUICK)
    monkeypatch.setattr(around, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    monkeypatch.setattr(lots.secrets, "randbits", lambda _bits: 1)
    watched = Watched(answer, folder, now=lambda: 7 * HOUR + 1_234)
    for asked in requests:
        watched(asked, lambda *_words: None)
    monkeypatch.undo()
    return read(folder, 8)


def test_a_press_is_told_as_a_look_and_the_second_of_neither_stands_anywhere(tmp_path, monkeypatch):
    looks = [request()] * LOT
    press = [*looks[:100], request("POST", "/tip/sent", CONTENT_LENGTH="18000"), *looks[101:]]

    nodes = [
        node_after(tmp_path / name, monkeypatch, requests)
        for name, requests in (("looks", looks), ("press", press))
    ]

    assert nodes[0] == nodes[1]
    assert nodes[0].pages[Pages.PUBLIC].lots == 1
    files = [next(folder_of(tmp_path / name).iterdir()) for name in ("looks", "press")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert {path.stat().st_mtime for path in files} == {7 * HOUR}


def test_an_answer_that_never_came_has_failed_and_the_error_goes_on(tmp_path):
    begin(tmp_path)
    watched = Watched(answer, tmp_path)
    with pytest.raises(LookupError):
        watched(request(path="/broken"), lambda *_words: None)


def test_who_asks_is_answered_where_nothing_can_be_kept(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(lots.secrets, "randbits", lambda _bits: 1)
    watched = Watched(answer, tmp_path / "gone")
    for _one in range(LOT):
        assert watched(request(), lambda *_words: None) == [b""]
    assert "measures not kept: FileNotFoundError" in caplog.text


def test_a_start_forgets_the_processes_before_it_and_the_peak_is_of_one_hour(tmp_path):
    begin(tmp_path)
    keep(tmp_path, {}, {6: 1.0, 7: 0.5}, 7)
    assert (read(tmp_path, 7).peak, read(tmp_path, 8).peak, read(tmp_path, 9).peak) == (
        1,
        0.5,
        None,
    )
    assert json.loads(next(folder_of(tmp_path).iterdir()).read_text())["pages"] == {}

    begin(tmp_path)

    assert read(tmp_path, 8).peak is None


def test_connections_in_use_are_kept_in_quarters_of_all(app, tmp_path):
    begin(tmp_path)
    watched = Watched(answer, tmp_path, now=lambda: 7 * HOUR)
    with app.app_context():
        engine = db.get_engine("read")
        watched.watch_pool(engine)
        pool = engine.pool
        room = pool.size() + max(pool._max_overflow, 0)
        held = [engine.connect() for _one in range(room // 2)]
        for one in held:
            one.close()
    assert read(tmp_path, 8).peak == 0.5
