"""A primary that dies, and a standby that takes over: what was acknowledged is there."""

import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from admin.app_state import app_state
from admin.config import ConfigError, Env, load_config
from admin.db import bounded, commits, db
from admin.db.standby import Standing, look, refuse_alone
from admin.intake import flood
from admin.models import Message, Tip
from tests.admin.intake.conftest import LEAST, Browser, FormReader, Page, Reporter
from tests.installations import new_installation

BEFORE, AFTER, REPORTERS = 20, 10, 4
WHO = "SELECT pg_backend_pid()"
KEPT = "现在存不上，字都还在"


def count(app, model=Tip):
    with app.app_context():
        return db.reading.execute(select(func.count()).select_from(model)).scalar_one()


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


@pytest.fixture(autouse=True)
def easy(monkeypatch):
    monkeypatch.setattr(flood, "LEAST_NUMBER", 20)


@pytest.fixture
def silent(cluster, monkeypatch):
    """Let the standby stand still for a while, and commits not wait for long meanwhile.

    One that is awake is given the time that it takes on a busy machine.
    """

    @contextmanager
    def silent():
        cluster.standby.pause()
        try:
            with monkeypatch.context() as hasty:
                hasty.setattr(commits, "COMMIT_SECONDS", 0.3)
                yield
        finally:
            cluster.standby.resume()

    return silent


def by_form(app, _units):
    reporter = Reporter(app.test_client())
    reporter.open_form()
    return lambda: reporter.client.post("/tip/sent", data=reporter.form | LEAST)


def by_script(app, units):
    with app.app_context():
        browser = Browser(app.test_client(), app_state().site_id, units)
    parcel = browser.parcel()
    return lambda: browser.post(parcel)


def by_mailbox(app, _units):
    reporter = Reporter(app.test_client())
    receipt = {"receipt": reporter.tip().receipt}
    page = reporter.client.post("/mailbox/", data=receipt)
    form = receipt | {"token": FormReader(page.text).values["token"], "words": LEAST["what"]}
    return lambda: reporter.client.post("/mailbox/words", data=form)


TAKEN = "已收到"
# A way to press; what it is told where nothing is kept; where it is; and the rows of one press.
PRESSES = {
    "the form": (by_form, 503, KEPT, TAKEN, Tip),
    "the form's script": (by_script, 503, '"busy"', '"stored"', Tip),
    "the mailbox": (by_mailbox, 422, "您写的字还在，请再按一次", "您补充的内容已收到", Message),
}


@pytest.mark.parametrize("name", PRESSES)
def test_what_the_standby_has_not_confirmed_is_not_acknowledged_and_no_retry_is(
    on_cluster, silent, unit_secrets, name
):
    way, status, refused, taken, model = PRESSES[name]
    press = way(on_cluster, unit_secrets)
    with silent():
        answers = [press(), press()]

    for answer in answers:
        assert (answer.status_code, refused in answer.text) == (status, True), answer.text
        assert name == "the form's script" or LEAST["what"] in answer.text
    answer = press()
    assert (answer.status_code, taken in answer.text) == (200, True)
    assert count(on_cluster, model) == 1


@pytest.fixture
def hung(cluster, monkeypatch):
    """Let the primary say nothing more, its lines open, and nobody wait as long as in earnest."""
    old = cluster.primary

    @contextmanager
    def hung():
        with monkeypatch.context() as hasty:
            seconds = property(lambda _connection: 2.5, lambda _connection, _seconds: None)
            hasty.setattr(bounded.Bounded, "statement_seconds", seconds)
            hasty.setattr(bounded, "GRACE_SECONDS", 0.5)
            hasty.setattr(commits, "COMMIT_SECONDS", 0.5)
            old.pause()
            yield

    yield hung
    old.resume()
    cluster.rejoin()


def test_a_primary_that_hangs_is_left_and_what_was_pressed_is_taken_by_the_one_promoted(
    on_cluster, cluster, hung, unit_secrets
):
    form, mailbox = by_form(on_cluster, unit_secrets), by_mailbox(on_cluster, unit_secrets)

    with hung():
        refused = [press() for press in (form, mailbox)]
        cluster.promote()
        answers = [press() for press in (form, mailbox)]

    for answer in refused:
        assert answer.status_code == 503
        assert LEAST["what"] in answer.text
    for answer in answers:
        assert (answer.status_code, TAKEN in answer.text) == (200, True)
    assert (count(on_cluster), count(on_cluster, Message)) == (2, 1)


def lax(cluster):
    """Let the node's own commits not wait."""
    return nullcontext("&options=-c%20synchronous_commit%3Dlocal")


@contextmanager
def alone(cluster):
    cluster.be_synchronous("")
    yield ""
    cluster.be_synchronous()
    cluster.wait_for_standby()


@contextmanager
def anyone(cluster):
    """Let whoever reads the journal confirm: a `pg_basebackup` that keeps a slot would."""
    cluster.be_synchronous("ANY 1 (*)")
    yield ""
    cluster.be_synchronous()
    cluster.wait_for_standby()


STANDINGS = [
    (lambda _cluster: nullcontext(""), Standing.KEPT, ""),
    (lax, Standing.LAX, "请设 synchronous_commit = on，再启动。"),
    # For a few seconds Patroni has it so, too: the doctor says it, and no start is refused.
    (anyone, Standing.ANYONE, ""),
    (alone, Standing.ALONE, "请设好 synchronous_standby_names，再启动。"),
]


@pytest.mark.parametrize(("state", "standing", "refusal"), STANDINGS)
def test_several_nodes_serve_in_production_only_where_a_standby_confirms(
    config_of, cluster, state, standing, refusal
):
    with state(cluster) as said:
        config = config_of(f"{cluster.url('postgres')}{said}")
        assert look(config) is standing
        refuse_alone(replace(config, nodes=1))
        refuse_alone(replace(config, env=Env.DEVELOPMENT))
        if not refusal:
            refuse_alone(config)
            return
        with pytest.raises(ConfigError, match=refusal):
            refuse_alone(config)


def test_a_standby_that_confirms_nothing_is_refused_and_so_is_sqlite(config_of, cluster, silent):
    with silent(), pytest.raises(ConfigError, match="请先修好备机，再启动。"):
        refuse_alone(config_of(cluster.url("postgres")))
    with pytest.raises(ConfigError, match="请换成 PostgreSQL，或者写 1"):
        refuse_alone(config_of("sqlite:///one.sqlite3"))


@pytest.fixture
def config_of(tmp_path, confirmed_keys):
    """The settings of one of two nodes in production."""
    made = load_config(new_installation(tmp_path, "sqlite://", confirmed_keys))

    def config_of(address):
        return replace(made, env=Env.PRODUCTION, nodes=2, database_url=address)

    return config_of


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
