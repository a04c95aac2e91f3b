"""A primary that dies, and a standby that takes over: what was acknowledged is there."""

import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from admin.db import commits, db
from admin.models import Tip
from tests.admin.intake.conftest import LEAST, FormReader, Page, Reporter

BEFORE, AFTER, REPORTERS = 20, 10, 4
WHO = "SELECT pg_backend_pid()"
KEPT = "现在存不上，字都还在"


def count(app):
    with app.app_context():
        return db.reading.execute(select(func.count()).select_from(Tip)).scalar_one()


class Crowd:
    """Reporters who send tip after tip, and each again until it is taken."""

    def __init__(self, app):
        self._app = app
        self.receipts, self.refused, self.is_over = [], [], False

    def send(self):
        reporter = Reporter(self._app.test_client())
        while not self.is_over:
            page = self._until_taken(reporter)
            self.receipts.append(page.receipt)

    def wait_for(self, number):
        deadline = time.monotonic() + 60
        while len(self.receipts) < number:
            assert time.monotonic() < deadline, self.refused
            time.sleep(0.02)

    def _until_taken(self, reporter):
        self._open(reporter)
        form = reporter.form | LEAST
        while True:
            answer = reporter.client.post("/tip/sent", data=form)
            if answer.status_code == 200:
                return Page(answer, FormReader(answer.text))
            keeps = KEPT in answer.text and LEAST["what"] in answer.text
            self.refused.append((answer.status_code, keeps))
            time.sleep(0.1)

    def _open(self, reporter):
        while reporter.client.get("/tip/").status_code != 200:
            time.sleep(0.1)
        reporter.open_form()


@pytest.fixture
def crowd(on_cluster, cluster, at_once):
    """A crowd of reporters; the two servers are a pair again after them."""
    crowd = Crowd(on_cluster)
    crowd.threads = at_once(crowd.send, REPORTERS)
    yield crowd
    crowd.is_over = True
    cluster.rejoin()


def test_a_standby_promoted_amid_a_crowd_has_every_tip_that_was_acknowledged(
    on_cluster, cluster, crowd
):
    crowd.wait_for(BEFORE)

    cluster.kill_primary()
    taken = len(crowd.receipts)
    cluster.promote()
    crowd.wait_for(taken + AFTER)
    crowd.is_over = True
    for thread in crowd.threads:
        thread.join(60)

    assert count(on_cluster) == len(set(crowd.receipts)) == len(crowd.receipts)
    visitor = on_cluster.test_client()
    for receipt in crowd.receipts:
        page = visitor.post("/mailbox/", data={"receipt": receipt})
        assert page.status_code == 200
        assert "已收到" in page.text
    assert set(crowd.refused) == {(503, True)}


def test_what_the_standby_has_not_confirmed_is_not_acknowledged_and_no_retry_is(
    on_cluster, cluster, monkeypatch
):
    monkeypatch.setattr(commits, "COMMIT_SECONDS", 1.0)
    reporter = Reporter(on_cluster.test_client())
    reporter.open_form()
    cluster.standby.pause()
    try:
        first = reporter.send(status=503, **LEAST)
        form = first.read.values
        second = reporter.send(status=503)
    finally:
        cluster.standby.resume()

    assert KEPT in first.text
    assert KEPT in second.text
    assert form["what"] == LEAST["what"]
    assert reporter.send().receipt
    assert count(on_cluster) == 1


def test_a_demoted_primary_is_left_at_the_first_refusal_to_write(on_cluster):
    with on_cluster.app_context():
        with db.engine.connect() as rested:
            before = rested.exec_driver_sql(WHO).scalar_one()
            db.session.connection().exec_driver_sql("SET TRANSACTION READ ONLY")
        with pytest.raises(DBAPIError, match="read-only"):
            db.session.connection().exec_driver_sql("DELETE FROM setting")
        db.session.rollback()

        with db.engine.connect() as fresh, db.engine.connect() as other:
            seen = {one.exec_driver_sql(WHO).scalar_one() for one in (fresh, other)}
    assert before not in seen
