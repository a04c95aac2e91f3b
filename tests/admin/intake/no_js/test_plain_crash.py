"""A server that dies at any step of taking files: no tip names what is not whole."""

import http.client
import json
import os
import signal
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from admin.cleaning import can_clean
from admin.db import db
from admin.models import SpentNonce, Tip, Upload
from admin.sealing import age
from admin.sealing.files import parse_entries
from admin.vault import vault
from tests import evidence_files
from tests.admin.intake.conftest import FormReader
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body
from tests.forked import Forked
from tests.ports import free_port

pytestmark = pytest.mark.skipif(not can_clean(), reason="bubblewrap does not work here")
KIND = f"multipart/form-data; boundary={BOUNDARY}"
STEPS = (
    *("promise committed", "part before", "part after", "whole uncommitted", "whole committed"),
    *("tie before", "before-commit", "after-commit", "before-answer"),
)
STORED = ("after-commit", "before-answer")


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: the rows' own steps are tried on both, without files."""
    return sqlite_url


@pytest.fixture
def port(environ):
    return free_port()


@pytest.fixture
def environ_here(environ, port):
    return {**os.environ, **environ, "DENGSHAO_BIND": f"127.0.0.1:{port}"}


def ask(port, path, data=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        method, headers = ("POST", {"Content-Type": KIND}) if data else ("GET", {})
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextmanager
def server(environ, port, step=""):
    process = Forked("tests.admin.intake.no_js.dying_plain", str(port), step, env=environ)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                ask(port, "/tip/")
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_while_it_takes_files_takes_them_once_at_the_retry(
    app, environ_here, port, reporter, stored, count, step
):
    fields = [("token", reporter.tip().token), ("originals", "yes")]
    form = body(fields, [("a.jpg", evidence_files.photo_with_gps())])
    with server(environ_here, port, step) as process:
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(port, "/tip/more", form)
        assert process.wait(60) == -signal.SIGKILL
    assert [len(tip.messages) for tip in stored()] == [step in STORED]
    # One mark for the words, one for the file.
    assert count(SpentNonce) == 1 + (step in STORED)
    assert_all_named_files_stand(app, stored)

    with server(environ_here, port):
        answers = [ask(port, "/tip/more", form) for _turn in range(2)]

    assert [status for status, _page in answers] == [200, 200]
    first, again = (FormReader(page).groups for _status, page in answers)
    assert len(first) == 6
    assert first == again
    assert (count(Tip), count(SpentNonce)) == (1, 2)
    assert_all_named_files_stand(app, stored)
    assert [entry.state for entry in named_files(stored)] == ["cleaned", "original"]


def named_files(stored):
    contents = [json.loads(message.body) for tip in stored() for message in tip.messages]
    return [entry for content in contents for entry in parse_entries(content["files"])]


def assert_all_named_files_stand(app, stored):
    """Each file that is named is whole and opens; each row that says whole has its objects."""
    named = named_files(stored)
    with app.app_context():
        blobs = vault().blobs
        for entry in named:
            parts = [blobs.read(entry.blob, n) for n in range(blobs.parts(entry.blob))]
            age.open_sealed(b"".join(parts), [age.parse_identity(entry.key)])
        rows = db.reading.scalars(select(Upload)).all()
        whole = {row.blob: row.size for row in rows if row.is_whole}
        assert {blob: sum(blobs.sizes(blob).values()) for blob in whole} == whole
        tied = {row.blob for row in rows if row.tip_id is not None}
        db.reading.rollback()
    assert tied == {entry.blob for entry in named}
