"""The token of the day that the app gets in place of an address."""

import asyncio

import pytest

from admin.edge.groups import Answering, Tokens

from .conftest import Clock


def test_one_network_has_one_token_for_a_day_and_another_one_the_day_after():
    clock = Clock()
    tokens = Tokens(clock.tell)
    one = tokens.token("192.0.2.7")

    assert len(one) == 32
    assert tokens.token("192.0.2.200") == one
    assert tokens.token("192.0.3.7") != one
    assert tokens.token("2001:db8:1::7") == tokens.token("2001:db8:1:ffff::1") != one
    clock.wait(hours=15)
    assert tokens.token("192.0.2.7") != one


def test_two_edges_know_one_network_under_two_tokens():
    assert Tokens(Clock().tell).token("192.0.2.7") != Tokens(Clock().tell).token("192.0.2.7")


def test_nothing_that_is_kept_shows_an_address():
    tokens = Tokens(Clock().tell)
    tokens.token("198.51.100.77")

    assert "198.51" not in repr(vars(tokens))
    assert b"\xc6\x33\x64" not in b"".join(v for v in vars(tokens).values() if isinstance(v, bytes))


class Line(asyncio.Transport):
    def __init__(self):
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True


def ask(*pieces):
    tokens, line = Tokens(Clock().tell), Line()
    answering = Answering(tokens)
    answering.connection_made(line)
    for piece in pieces:
        answering.data_received(piece)
    return tokens, line


ASKED = b"GET / HTTP/1.1\r\nHost: edge\r\nDengshao-Address: 192.0.2.7\r\n\r\n"


@pytest.mark.parametrize(
    "pieces", [(ASKED, ASKED), (ASKED + ASKED,), (ASKED[:40], ASKED[40:] + ASKED)]
)
def test_each_question_on_a_connection_is_answered_however_it_is_cut(pieces):
    tokens, line = ask(*pieces)

    told = f"HTTP/1.1 204 No Content\r\nDengshao-Group: {tokens.token('192.0.2.7')}\r\n\r\n"
    assert line.written.decode() == told * 2


@pytest.mark.parametrize("address", [b"", b"nobody", b"192.0.2", b"unix:", b"999.0.2.1"])
def test_without_an_address_the_answer_has_no_token(address):
    _tokens, line = ask(b"GET / HTTP/1.1\r\nDengshao-Address: " + address + b"\r\n\r\n")

    assert line.written == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_who_never_ends_a_question_is_shown_out():
    assert ask(b"x" * 5000)[1].closed
