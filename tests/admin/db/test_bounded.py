"""What is asked of a bounded engine ends when its bound does, and leaves no line open."""

from threading import Event

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from admin.db import bounded
from admin.db.bounded import be_bounded, within
from tests.ports import free_port


@pytest.fixture
def engine(postgresql):
    url = postgresql.replace("postgresql://", "postgresql+psycopg://")
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    be_bounded(made)
    yield made
    made.dispose()


def test_a_statement_is_given_up_with_its_connection_and_the_next_has_another(engine):
    with engine.connect() as connection:
        before = connection.scalar(text("SELECT pg_backend_pid()"))
    with (
        within(0.05),
        pytest.raises(OperationalError, match="no answer in time"),
        engine.connect() as one,
    ):
        one.execute(text("SELECT pg_sleep(60)"))
    assert engine.pool.checkedout() == 0
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before


def test_no_inner_bound_is_a_longer_one_and_outside_a_statement_waits_as_any_other(engine):
    with (
        within(0.05),
        within(60.0),
        pytest.raises(OperationalError, match="no answer in time"),
        engine.connect() as one,
    ):
        one.execute(text("SELECT pg_sleep(60)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 'here' FROM pg_sleep(0.05)")) == "here"


def test_a_connection_that_comes_too_late_is_closed(engine, monkeypatch):
    may_come, is_closed = Event(), Event()
    connect = bounded.Bounded.connect

    def late(*args, **kwargs):
        may_come.wait(60)
        connection = connect(*args, **kwargs)
        monkeypatch.setattr(connection, "close", lambda: (close(connection), is_closed.set()))
        return connection

    close = bounded.Bounded.close
    monkeypatch.setattr(bounded.Bounded, "connect", late)
    with within(0.05), pytest.raises(OperationalError, match="no answer in time"):
        engine.connect()
    may_come.set()
    assert is_closed.wait(60)


def test_a_name_or_a_port_where_nobody_is_fails_as_it_would_without_a_bound():
    engine = create_engine(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
    be_bounded(engine)
    with within(60.0), pytest.raises(OperationalError, match="refused"):
        engine.connect()
    engine.dispose()
