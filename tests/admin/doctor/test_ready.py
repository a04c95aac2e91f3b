"""What `dengshao doctor` and an upgrade make of a node's /readyz."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from admin.doctor.around import ready
from admin.doctor.findings import State
from tests.live import running

WELL = dict.fromkeys(("serving", "database", "store", "keys", "disk"), "ok")
CASES = [
    ({"ready": True, **WELL}, State.GOOD, "都好"),
    ({"ready": True, **WELL, "store": "away"}, State.BAD, "收得进文字，文件存储没有应答"),
    ({"ready": True, **WELL, "disk": "full"}, State.BAD, "表单关着：磁盘快满了"),
    ({"ready": False, **WELL, "keys": "other"}, State.BAD, "密钥文件和别的节点不是同一个"),
    ({"ready": False, "serving": "leaving"}, State.BAD, "服务正在停"),
    # A version that has no such address answers with a page.
    ("<!doctype html>", State.UNKNOWN, "没有应答"),
    ([], State.UNKNOWN, "没有应答"),
    ({"error": "not found"}, State.UNKNOWN, "没有应答"),
]


@pytest.mark.parametrize(("answer", "state", "words"), CASES)
def test_each_answer_of_a_node_becomes_one_sentence(monkeypatch, answer, state, words):
    # Whoever is there answers in the end, on a busy machine too.
    monkeypatch.setattr(ready, "_SECONDS", 60)

    class Node(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

        def log_message(self, *_words):
            return

    with running(HTTPServer(("127.0.0.1", 0), Node)) as url:
        found = ready.check_ready(ready.ask(url.removeprefix("http://").rstrip("/")))

    assert (found.state, words in found.words) == (state, True)


def test_of_a_node_where_nobody_listens_nothing_is_claimed():
    assert ready.check_ready(ready.ask("127.0.0.1:1")).state is State.UNKNOWN
