"""A server that dies at any step of taking a tip: no receipt without a tip, and no two tips."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin.config import ROOT
from admin.db import db
from admin.models import Tip

from .conftest import LEAST, FormReader, Reporter

# The steps of a submission, in the order in which a process that dies can stop at them.
STEPS = ("before-commit", "after-commit", "before-answer")


class HttpClient:
    """As Flask's test client, over a socket: a crash must look like one."""

    def __init__(self, port):
        self.port = port

    def get(self, address):
        return self._open(address, None)

    def post(self, address, data):
        from urllib.parse import urlencode

        return self._open(address, urlencode(data, doseq=True).encode())

    def _open(self, address, body):
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request("POST" if body else "GET", address, body, kind)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), answer.headers)
        finally:
            connection.close()


class Answer:
    def __init__(self, status_code, text, headers):
        self.status_code, self.text, self.headers = status_code, text, headers


def start(environ, port, step=""):
    command = [sys.executable, str(Path(__file__).with_name("dying_server.py")), str(port), step]
    process = subprocess.Popen(command, env={**os.environ, **environ}, cwd=ROOT)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            HttpClient(port).get("/tip/")
        except OSError:
            time.sleep(0.1)
        else:
            return process
    process.kill()
    raise TimeoutError


def stop(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_while_it_takes_a_tip_takes_it_once_at_the_retry(
    app, environ, units, step
):
    from tests.live import free_port

    port = free_port()
    environ = {**environ, "DENGSHAO_BIND": f"127.0.0.1:{port}"}
    reporter = Reporter(HttpClient(port))
    process = start(environ, port, step)
    try:
        reporter.open_form()
        reporter.form |= LEAST
        with pytest.raises((ConnectionError, OSError, AssertionError)):
            reporter.send()
    finally:
        process.wait(20)
    assert process.returncode == -signal.SIGKILL

    process = start(environ, port)
    try:
        first = FormReader(reporter.send().text).groups
        again = FormReader(reporter.send().text).groups
    finally:
        stop(process)

    assert len(first) == 6
    assert first == again
    with app.app_context():
        assert db.reading.execute(select(func.count()).select_from(Tip)).scalar_one() == 1
