"""A server that dies at any step of taking a tip: no receipt without a tip, and no two tips."""

import http.client
import os
import signal
import time

import pytest

from admin.app_state import app_state
from admin.models import SpentChallenge, SpentNonce, Tip
from tests.forked import Forked
from tests.http_client import HttpClient
from tests.ports import free_port

from .conftest import LEAST, Browser, FormReader, Reporter

SERVER = "tests.admin.intake.dying_server"
# The steps of a submission, in the order in which a process that dies can stop at them.
STEPS = ("before-rows", "between-rows", "before-commit", "after-commit", "before-answer")
STORED = ("after-commit", "before-answer")


def start(environ, port, step="", server=SERVER):
    process = Forked(server, str(port), step, env={**os.environ, **environ})
    deadline = time.monotonic() + 120
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


@pytest.fixture
def port(environ):
    return free_port()


@pytest.fixture
def environ_here(environ, port):
    return {**environ, "DENGSHAO_BIND": f"127.0.0.1:{port}"}


def die_while(environ, port, step, send, server=SERVER):
    """Let a server die at a step of what `send` sends: nobody is answered."""
    process = start(environ, port, step, server)
    try:
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            send()
    finally:
        process.wait(120)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_while_it_takes_a_tip_takes_it_once_at_the_retry(
    environ_here, port, units, count, step
):
    reporter = Reporter(HttpClient(port))

    def send():
        reporter.open_form()
        reporter.send(**LEAST)

    die_while(environ_here, port, step, send)
    assert count(Tip) == count(SpentNonce) == (step in STORED)

    process = start(environ_here, port)
    try:
        first = FormReader(reporter.send().text).groups
        again = FormReader(reporter.send().text).groups
    finally:
        stop(process)

    assert len(first) == 6
    assert first == again
    assert count(Tip) == count(SpentNonce) == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_while_it_takes_a_sealed_tip_takes_it_once_at_the_retry(
    app, environ_here, port, units, stored, count, step
):
    with app.app_context():
        browser = Browser(HttpClient(port), app_state().site_id, units)
    parcels = []

    def send():
        parcels.append(browser.parcel(what="桥头有人收过路费"))
        browser.post(parcels[0])

    die_while(environ_here, port, step, send)
    assert count(Tip) == count(SpentChallenge) == (step in STORED)

    process = start(environ_here, port)
    try:
        answers = [browser.post(parcels[0]) for _ in range(2)]
    finally:
        stop(process)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json for answer in answers] == [{"stored": True, "lane": ""}] * 2
    assert [tip.words.fields["what"] for tip in stored()] == ["桥头有人收过路费"]
    assert count(SpentChallenge) == 1
