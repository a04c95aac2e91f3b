"""A thread is asked once a request is there: never before, and never too late."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.serving.ahead import (
    MOST_AHEAD,
    MOST_HEAD,
    Ahead,
)

HEAD = b"POST /tip/sent HTTP/1.1\r\nHost: x\r\n"

# What must be here before a thread is asked; each prefix of it must not be enough.
WHOLE = {
    "no body": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "an empty body": HEAD + b"Content-Length: 0\r\n\r\n",
    "a body": HEAD + b"Content-Length: 5\r\n\r\nwords",
    "the name in capitals": HEAD + b"CONTENT-LENGTH:5\r\n\r\nwords",
    "one chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
    "two chunks": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\nA;b=c\r\n0123456789\r\n0\r\n\r\n",
    "an end within a chunk": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
}

# What no waiting would mend: the parser, or the view, judges it.
JUDGED = {
    "a head without end": b"GET / HTTP/1.1\r\nX: " + b"a" * MOST_HEAD,
    "a long body's head": HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_AHEAD + 1),
    "a chunk's size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nwords\r\n",
    "a chunk's size below nothing": HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    "chunks without end": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n"
    + b"a" * (MOST_AHEAD + 1),
}


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_):
    ahead = Ahead()

    told = [ahead.add(request_[place : place + 1]) for place in range(len(request_))]

    assert told == [False] * (len(request_) - 1) + [True]
    assert bytes(ahead.data) == request_


@pytest.mark.parametrize("request_", JUDGED.values(), ids=JUDGED)
def test_what_no_waiting_would_mend_is_not_waited_for(request_):
    assert Ahead().add(request_)


@pytest.mark.parametrize(
    ("begun", "is_long"),
    [
        (HEAD + b"Content-Length: %d\r\n\r\n" % MOST_AHEAD, False),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_AHEAD + 1), True),
        (JUDGED["chunks without end"], True),
        (HEAD + b"\r\n", False),
    ],
)
def test_a_body_that_is_not_held_whole_is_told_from_one_that_is(begun, is_long):
    ahead = Ahead()
    ahead.add(begun)

    assert ahead.is_long is is_long


@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.integers(0, 200), max_size=6),
    st.binary(max_size=20),
)
def test_how_a_request_is_cut_on_the_way_changes_nothing(name, cuts, after):
    request_ = WHOLE[name] + after
    edges = sorted({0, len(request_), *(cut for cut in cuts if cut < len(request_))})
    ahead = Ahead()

    told = [ahead.add(request_[a:b]) for a, b in itertools.pairwise(edges)]

    assert told == [edge >= len(WHOLE[name]) for edge in edges[1:]]


@pytest.mark.parametrize(
    ("head", "asks"),
    [
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", True),
        (HEAD + b"Content-Length: 5\r\n\r\nExpect: 100-continue", False),
        (HEAD + b"Expect: 100-continue\r\n", False),
    ],
)
def test_a_sender_that_waits_to_be_told_is_known_by_its_head(head, asks):
    ahead = Ahead()
    ahead.add(head)

    assert ahead.asks_to_go_on() is asks
