"""An installation behind a real PgBouncer, set as the operators' page says, and set otherwise."""

from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from admin.commands.running import serve
from admin.config import Env, load_config
from admin.db import READ, commits, db
from admin.db.commits import NotKept
from admin.db.others import OthersWork, require_alone
from admin.db.pooling import Pooling, look
from admin.leading import Work, lead
from admin.migrate import migrate
from admin.models import Tip
from admin.serving.sweeper import sweep_now
from tests.admin.db.replica_desk import PREFIX, migrated
from tests.admin.db.test_failover import AFTER, BEFORE, REPORTERS, Crowd, count, easy
from tests.admin.intake.conftest import Reporter
from tests.cluster.pooler import ABSENT, PROGRAM, running_pooler
from tests.databases import new_name
from tests.installations import new_installation, open_units
from tests.quick_apps import app_of

__all__ = ["easy"]
pytestmark = pytest.mark.skipif(PROGRAM is None, reason=ABSENT)

SHOWN = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "2min"),
]


@pytest.fixture
def pooled(cluster):
    """Run a PgBouncer before the primary; gives a function that does."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(
            running_pooler(cluster.primary.port, **settings)
        )


@pytest.fixture
def installed(cluster, tmp_path, confirmed_keys):
    """The settings of an installation in its newest form, at an address that a test gives."""
    name = new_name("t")
    own = new_installation(tmp_path, cluster.create_database(name), confirmed_keys)
    migrated(own)

    def installed(pooler, **more):
        return own | {"DENGSHAO_DATABASE_URL": pooler.url(name)} | more

    return installed


def test_behind_one_that_keeps_sessions_all_is_done_within_its_bounds(
    pooled, installed, unit_secrets
):
    pooler = pooled()
    with app_of(installed(pooler, DENGSHAO_DATABASE_LOGINS="")) as app:
        open_units(app, unit_secrets)
    environ = installed(pooler, DENGSHAO_DATABASE_LOGINS=PREFIX)
    environ["DENGSHAO_DATABASE_URL"] = environ["DENGSHAO_DATABASE_URL"].replace(
        "postgres@", "dengshao@"
    )
    with app_of(environ) as app:
        receipt = Reporter(app.test_client()).tip().receipt
        answer = app.test_client().post("/mailbox/", data={"receipt": receipt})
        sweep_now(app)
        with app.app_context():
            assert db.reading.execute(select(func.count()).select_from(Tip)).scalar_one() == 1
            for engine in db.engines.values():
                with engine.connect() as connection:
                    shown = [(one, connection.scalar(text(f"SHOW {one}"))) for one, _ in SHOWN]
                    assert shown == SHOWN
            with db.get_engine(READ).connect() as reading:
                assert reading.scalar(text("SHOW default_transaction_read_only")) == "on"
        assert "已收到" in answer.text
        assert look(load_config(environ)) is Pooling.KEPT


def test_it_is_led_to_the_promoted_standby_and_restarted_amid_a_crowd(
    pooled, installed, cluster, at_once, unit_secrets
):
    pooler = pooled()
    with app_of(installed(pooler)) as app:
        open_units(app, unit_secrets)
        crowd = Crowd(app)
        threads = at_once(crowd.send, REPORTERS)
        try:
            crowd.wait_for(BEFORE)
            cluster.kill_primary()
            taken = len(crowd.receipts)
            cluster.promote()
            pooler.lead_to(cluster.primary.port)
            crowd.wait_for(taken + AFTER)
            pooler.restart()
            crowd.wait_for(len(crowd.receipts) + AFTER)
        finally:
            crowd.is_over = True
            for thread in threads:
                thread.join(60)
            cluster.rejoin()
        assert count(app) == len(set(crowd.receipts)) == len(crowd.receipts)
    assert set(crowd.refused) == {(503, True)}


def test_one_leads_and_who_comes_behind_it_finds_the_lock_free(pooled, installed):
    with app_of(installed(pooled())) as app, app.app_context():
        with lead(db.engine, Work.SWEEP) as first, lead(db.engine, Work.SWEEP) as second:
            assert first
            assert second is None
        with lead(db.engine, Work.SWEEP) as third:
            assert third


def test_where_sessions_are_lent_by_the_transaction_two_lead_at_once(pooled, installed):
    """The reason why a server refuses to start there."""
    pooler = pooled(pool_mode="transaction")
    with app_of(installed(pooler)) as app, app.app_context(), ExitStack() as led:
        leaders = [led.enter_context(lead(db.engine, Work.SWEEP)) for _one in range(2)]
        assert all(leaders)


def test_a_commit_that_no_standby_confirms_is_told_through_it(
    pooled, installed, cluster, monkeypatch
):
    with app_of(installed(pooled())) as app, app.app_context():
        db.session.execute(text("INSERT INTO setting VALUES ('a', 'b')"))
        cluster.standby.pause()
        try:
            monkeypatch.setattr(commits, "COMMIT_SECONDS", 0.3)
            with pytest.raises(OperationalError) as error:
                db.session.commit()
        finally:
            cluster.standby.resume()
        db.session.close()
    assert isinstance(error.value.orig, NotKept)


def test_its_idle_sessions_are_in_no_upgrades_way_as_the_page_sets_it(pooled, installed, cluster):
    def leave(pooler):
        with app_of(installed(pooler)) as app, app.app_context():
            for engine in db.engines.values():
                engine.connect().close()
            db.dispose()
            with db.engine.connect() as connection:
                require_alone(connection, "")

    leave(pooled())
    with pytest.raises(OthersWork):
        leave(pooled(server_idle_timeout="600"))


def test_a_migration_runs_through_it(pooled, cluster):
    name = new_name("t")
    cluster.create_database(name)
    engine = create_engine(pooled().url(name))
    migrate(engine)
    with closing(engine.connect()) as connection:
        # The next one to have that session finds nothing of what the migration set.
        assert connection.scalar(text("SHOW lock_timeout")) == "0"
        assert connection.scalar(text("SELECT count(*) FROM tip")) == 0
    engine.dispose()


OTHERWISE = [
    ({"pool_mode": "transaction"}, Pooling.SHARED),
    ({"pool_mode": "transaction", "server_round_robin": "1", "min_pool_size": "5"}, Pooling.SHARED),
    ({"pool_mode": "transaction", "server_reset_query_always": "1"}, Pooling.SHARED),
    ({"pool_mode": "transaction", "server_lifetime": "0"}, Pooling.SHARED),
    ({"pool_mode": "transaction", "max_prepared_statements": "0"}, Pooling.SHARED),
    ({"pool_mode": "statement"}, Pooling.SHARED),
    ({"server_reset_query": ""}, Pooling.LEFT),
    ({"server_lifetime": "0"}, Pooling.KEPT),
]


@pytest.mark.parametrize(("settings", "found"), OTHERWISE, ids=lambda one: str(one))
def test_how_it_lends_is_found_out(pooled, installed, settings, found):
    assert look(load_config(installed(pooled(**settings)))) is found


def test_two_of_them_in_one_address_are_refused(pooled, installed):
    one, other = pooled(), pooled()
    environ = installed(one)
    hosts = f"@/{environ['DENGSHAO_DATABASE_URL'].rpartition('/')[2]}"
    hosts += f"?host=127.0.0.1:{one.port}&host=127.0.0.1:{other.port}"
    address = f"postgresql+psycopg://postgres{hosts}"

    assert look(load_config(environ | {"DENGSHAO_DATABASE_URL": address})) is Pooling.BLIND


def test_a_server_behind_one_that_lends_by_the_transaction_does_not_start(
    pooled, installed, monkeypatch
):
    with app_of(installed(pooled(pool_mode="transaction"))) as app:
        state = app.extensions["dengshao"]
        monkeypatch.setattr(state, "config", replace(state.config, env=Env.PRODUCTION))
        refused = app.test_cli_runner().invoke(serve, [])

    assert refused.exit_code == 1
    assert "请把 pool_mode 写成 session" in refused.output
