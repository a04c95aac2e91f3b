"""A server that dies at any step of an upload: no tip names what is not whole, and it goes on."""

import uuid

import pytest
from sqlalchemy import select

from admin.app_state import app_state
from admin.db import db
from admin.models import Tip, Upload
from admin.vault import vault
from admin.vault.files.blobs import part_count, part_length
from tests.admin.intake.conftest import Browser
from tests.admin.intake.test_crash import die_while
from tests.http_client import HttpClient
from tests.ports import free_port
from tests.uploads import SealedFile, Uploader

SERVER = "tests.admin.intake.js_api.dying_file_server"
# From the ticket to the tip, in the order in which a process that dies can stop at them; after
# each, what is written down as whole, and whether a tip was stored.
STEPS = {
    "before INSERT INTO spent_challenge": (None, False),
    "before INSERT INTO upload": (None, False),
    "commit INSERT INTO upload": (None, False),
    "done INSERT INTO upload": (False, False),
    "put 0": (False, False),
    "stands 0": (False, False),
    "put 1": (False, False),
    "stands 1": (False, False),
    "before UPDATE upload SET is_whole": (False, False),
    "commit UPDATE upload SET is_whole": (False, False),
    "done UPDATE upload SET is_whole": (True, False),
    "before INSERT INTO tip": (True, False),
    "before UPDATE upload SET tip_id": (True, False),
    "commit UPDATE upload SET tip_id": (True, False),
    "done UPDATE upload SET tip_id": (True, True),
}
# In PostgreSQL what was written and what was committed lie furthest apart.
IN_POSTGRESQL = [step for step in STEPS if step.startswith(("commit", "done"))]


class Journey:
    """A reporter's browser that brings one file and then its tip, and tries again after a break."""

    def __init__(self, client, browser, file):
        self.browser = browser
        self.uploader = Uploader(client, browser.proof)
        self.file = file
        self.ticket = None
        self.parcel = None

    def over(self, client):
        """Go on over another line, to the same district."""
        self.uploader.client = self.browser.client = client

    def go(self):
        """Do what is still to be done; gives the answer to the tip."""
        if self.ticket is None:
            self.ticket = self.uploader.ticket(len(self.file.data))
        if self.parcel is None:
            start = self.uploader.next(self.ticket).json["next"]
            self.uploader.bring(self.file, self.ticket, start)
            assert self.uploader.next(self.ticket).json["whole"] is True
            self.parcel = self.browser.parcel() | {"files": [self.ticket]}
        return self.browser.post(self.parcel)


def look(app):
    """Tell the states of the uploads; check that what is said to be whole is there."""
    with app.app_context():
        rows = db.session.scalars(select(Upload)).all()
        for row in rows:
            assert row.is_whole or row.tip_id is None
            if row.is_whole:
                sizes = vault().blobs.sizes(row.blob)
                wanted = range(part_count(row.size))
                assert sizes == {number: part_length(row.size, number) for number in wanted}
        tips = db.session.scalars(select(Tip.id)).all()
        return [row.is_whole for row in rows], [row.tip_id for row in rows], tips


def crash(app, environ, step, client):
    """Let a server die at a step; gives the journey, which has come so far."""
    port = free_port()
    with app.app_context():
        browser = Browser(HttpClient(port), app_state().site_id, app.secrets_of_units)
    journey = Journey(browser.client, browser, SealedFile.of(3 * 1024 * 1024))
    here = {**environ, "DENGSHAO_BIND": f"127.0.0.1:{port}"}

    die_while(here, port, step, journey.go, SERVER)

    journey.over(client)
    return journey


def goes_on(app, environ, client, step):
    journey = crash(app, environ, step, client)
    is_whole, is_stored = STEPS[step]
    states, tip_ids, tips = look(app)
    assert states == ([] if is_whole is None else [is_whole])
    assert len(tips) == is_stored
    assert [tip_id for tip_id in tip_ids if tip_id] == tips

    answers = [journey.go(), journey.go()]

    assert [answer.json for answer in answers] == [{"stored": True, "lane": ""}] * 2
    states, tip_ids, tips = look(app)
    assert len(tips) == 1
    # A promise whose ticket was lost stays an orphan, until it is swept.
    assert tip_ids.count(tips[0]) == 1
    with app.app_context():
        blob = app_state().upload_tokens.read(journey.ticket)[0].blob
        found = b"".join(vault().blobs.read(blob, number) for number in range(2))
        assert found == journey.file.data


@pytest.fixture
def easy(app, units, monkeypatch):
    """An application whose proofs of work are easy, as the dying server's are."""
    monkeypatch.setattr("admin.intake.flood.LEAST_NUMBER", 20)
    app.secrets_of_units = units
    return app


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_at_any_step_of_a_file_leaves_nothing_half_and_it_goes_on(
    easy, environ, config, client, database, step
):
    if database == "postgresql" and step not in IN_POSTGRESQL:
        pytest.skip("the same on both databases")
    goes_on(easy, environ, client, step)


class TestInAnS3Store:
    @pytest.fixture
    def environ(self, environ, s3_server, monkeypatch):
        for name, value in s3_server.environ.items():
            monkeypatch.setenv(name, value)
        return {**environ, "DENGSHAO_BLOBS_URL": f"s3://{s3_server.bucket}/c{uuid.uuid4().hex}"}

    @pytest.mark.parametrize("step", ["stands 1", "done UPDATE upload SET is_whole"])
    def test_it_goes_on_as_well(self, easy, environ, config, client, database, step):
        if database == "postgresql":
            pytest.skip("the same on both databases")
        goes_on(easy, environ, client, step)
