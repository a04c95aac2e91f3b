"""What is stuck in PostgreSQL ends by itself, with a sentence."""

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from admin.db import db, postgresql
from admin.migrate import migrate_within
from admin.serving.sweeper import sweep_now
from tests.admin.intake.conftest import Reporter


@pytest.fixture
def database_url(database, database_url, monkeypatch, request):
    """A database on which little may wait, in one of two ways."""
    if database != "postgresql":
        pytest.skip("SQLite has no server that waits")
    monkeypatch.setattr(postgresql, "BOUNDS", getattr(request, "param", postgresql.BOUNDS))
    return database_url


STUCK = [{"lock_timeout": "200ms"}, {"statement_timeout": "200ms"}]


@pytest.mark.parametrize("database_url", STUCK, ids=lambda bound: next(iter(bound)), indirect=True)
def test_a_stuck_statement_ends_with_a_sentence_and_keeps_the_words(app, units, database_url):
    reporter, engine = Reporter(app.test_client()), create_engine(database_url)
    reporter.tip()
    form = dict(reporter.form)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE tip"))
        page = reporter.send(status=503, what="昨晚又来了")
        asked = app.test_client().post("/mailbox/", data={"receipt": "012340 567894 " * 3})
    engine.dispose()

    assert "现在存不上，字都还在" in page.text
    assert page.read.values["what"] == "昨晚又来了"
    assert asked.status_code == 503
    assert "系统正忙" in asked.text
    assert asked.headers["Retry-After"] == "60"
    reporter.form = form
    assert reporter.send(what="昨晚又来了").receipt


STATEMENT, LOCK = text("SHOW statement_timeout"), text("SHOW lock_timeout")
READS_ONLY = text("SHOW default_transaction_read_only")


def test_every_connection_is_bounded_and_what_works_through_all_is_not(session):
    for one in (session, db.reading):
        assert one.execute(STATEMENT).scalar_one() == "30s"
        assert one.execute(LOCK).scalar_one() == "10s"
    with db.engine.begin() as connection:
        postgresql.unbounded(connection)
        assert connection.execute(STATEMENT).scalar_one() == "0"
    session.commit()
    postgresql.be_unbounded(session)
    for _turn in range(2):
        assert session.execute(STATEMENT).scalar_one() == "0"
        assert session.execute(LOCK).scalar_one() == "10s"
        session.commit()


def test_sweep_and_restore_last_as_long_as_they_need(app):
    seen = []

    def heard(_connection, _cursor, statement, *_rest):
        if "set_config('statement_timeout'" in statement:
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", heard)
        sweep_now(app)
        with db.engine.begin() as connection:
            migrate_within(connection)
            assert connection.execute(STATEMENT).scalar_one() == "0"
    assert len(seen) > 2


@pytest.fixture
def said():
    """What libpq is told of an address."""

    def said(address, **kwargs):
        url = postgresql.options(make_url(address), **kwargs)["url"]
        _, told = postgresql.Careful().create_connect_args(url)
        return told

    return said


def test_of_several_hosts_the_one_that_writes_is_asked_for_even_by_who_only_reads(said):
    two = "postgresql+psycopg://u@/d?host=a:5432&host=b:5433"
    for address in (two, f"{two}&target_session_attrs=read-write"):
        for is_reader in (False, True):
            told = said(address, is_reader=is_reader)
            assert (told["host"], told["port"]) == ("a,b", "5432,5433")
            assert told["target_session_attrs"] == "primary"
    assert "target_session_attrs" not in said("postgresql+psycopg://u@a/d")


def test_what_the_address_says_goes_before_what_we_say(said):
    told = said("postgresql+psycopg://u@a/d?connect_timeout=2&options=-c%20statement_timeout=5s")

    assert told["connect_timeout"] == "2"
    assert told["tcp_user_timeout"] == postgresql.LINE["tcp_user_timeout"]


SAID = r"-c statement_timeout=5s -clock_timeout=3s --search-path=a\ b,public -c search_path=c\\d"


def test_what_an_address_sets_is_asked_of_the_session_and_not_of_the_start(said):
    address = make_url("postgresql+psycopg://u@a/d").update_query_dict({"options": f"{SAID} -B 16"})
    url = postgresql.options(address, is_reader=True)["url"]

    assert postgresql.settings_of(url) == {
        "statement_timeout": "5s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "120s",
        "default_transaction_read_only": "on",
        "search_path": r"c\d",
    }
    # What is no setting goes where it always went.
    assert said(url.render_as_string(hide_password=False))["options"] == "-B 16"
    assert "options" not in said("postgresql+psycopg://u@a/d")


def test_a_session_has_what_its_address_sets_whatever_is_rolled_back(database_url):
    url = make_url(database_url).update_query_dict({"options": "-c statement_timeout=5s"})
    for is_reader in (False, True):
        engine = create_engine(**postgresql.options(url, is_reader=is_reader))
        with engine.connect() as connection:
            connection.rollback()
            assert connection.execute(STATEMENT).scalar_one() == "5s"
            assert connection.execute(LOCK).scalar_one() == "10s"
            assert (connection.execute(READS_ONLY).scalar_one() == "on") is is_reader
        engine.dispose()


LONGEST = [
    ("postgresql+psycopg://u@a/d", 30.0),
    ("postgresql+psycopg://u@a/d?options=-c%20statement_timeout=5s", 5.0),
    ("postgresql+psycopg://u@a/d?options=-c%20statement_timeout=2min", 120.0),
    ("postgresql+psycopg://u@a/d?options=-c%20statement_timeout=250", 0.25),
    ("postgresql+psycopg://u@a/d?options=-c%20statement_timeout=0", None),
]


@pytest.mark.parametrize(("address", "seconds"), LONGEST)
def test_an_answer_is_waited_for_by_what_the_server_was_told_last(address, seconds):
    assert postgresql.statement_seconds(postgresql.options(make_url(address))["url"]) == seconds


def test_only_while_a_transaction_may_take_as_long_as_it_needs_is_a_hung_server_waited_for(app):
    with app.app_context():
        with db.engine.begin() as connection:
            assert not connection.connection.driver_connection.has_time
            postgresql.unbounded(connection)
            assert connection.connection.driver_connection.has_time
        with db.engine.connect() as connection:
            assert not connection.connection.driver_connection.has_time
