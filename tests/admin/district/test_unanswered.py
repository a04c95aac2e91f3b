"""What an operator is told where nobody answered: asked for real, over lines that fail."""

import http.client
import socket
from contextlib import closing

import pytest

from admin.district.unanswered import why
from tests.https_server import https_server
from tests.ports import free_port
from tests.private_ca import Authority


def refused():
    return http.client.HTTPConnection("127.0.0.1", free_port(), timeout=5)


def nowhere():
    return http.client.HTTPSConnection("nowhere.invalid", timeout=5)


@pytest.fixture
def silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield http.client.HTTPConnection(*server.getsockname(), timeout=0.1)


@pytest.fixture
def stranger(tmp_path):
    with https_server(Authority.made(tmp_path).context("127.0.0.1")) as server:
        yield http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30)


def ask(connection):
    connection.request("GET", "/")
    connection.getresponse()


def asked(connection):
    with closing(connection), pytest.raises(OSError) as raised:  # noqa: PT011 (each kind)
        ask(connection)
    return why(raised.value)


@pytest.mark.parametrize(
    ("connection", "words"),
    [
        (refused, "没有程序在听"),
        (nowhere, "查不到这个域名"),
        ("silent", "多半被防火墙挡住"),
        ("stranger", "不认它的证书"),
    ],
)
def test_the_reason_says_what_to_mend(connection, words, request):
    made = connection() if callable(connection) else request.getfixturevalue(connection)
    assert words in asked(made)
