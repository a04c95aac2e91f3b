"""Connections to PostgreSQL: whether they stand, and what a reader may do on them."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from admin.db import db
from admin.db import postgresql as database_module
from admin.renewal.guard import standings
from admin.vault import vault

END_ALL = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
ONE = text("SELECT 1")


@pytest.fixture(autouse=True)
def only_postgresql(database):
    if database != "postgresql":
        pytest.skip("SQLite has no server that could go away")


def use(app):
    """Answer one request that reads and one that writes."""
    with app.app_context():
        db.reading.execute(ONE)
        db.session.execute(ONE)
        db.session.commit()


def restart(app):
    """End every connection but one's own, as a server does that starts again."""
    other = create_engine(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])
    with other.connect() as connection:
        connection.execute(text(END_ALL))
    other.dispose()


def test_a_server_that_started_again_is_noticed_before_a_rested_connection_is_used(
    app, monkeypatch
):
    monkeypatch.setattr(database_module, "RESTED_SECONDS", 0.0)
    use(app)
    restart(app)

    use(app)


def test_one_that_was_used_a_moment_ago_is_not_asked_and_fails_once(app, monkeypatch):
    monkeypatch.setattr(database_module, "RESTED_SECONDS", 3600.0)
    use(app)
    restart(app)

    with pytest.raises(DBAPIError), app.app_context():
        db.reading.execute(ONE)
    with app.app_context():
        db.reading.execute(ONE)


@pytest.mark.parametrize("statement", ["DELETE FROM setting", "CREATE TABLE more (id integer)"])
def test_a_reader_outside_of_transactions_still_writes_nothing(app, statement):
    with app.app_context(), pytest.raises(DBAPIError, match="read-only"):
        db.reading.execute(text(statement))


def test_a_reader_sees_what_was_committed_a_moment_ago_and_keeps_no_transaction(app):
    with app.app_context():
        before = db.reading.execute(text("SELECT count(*) FROM day_key")).scalar_one()
        db.session.execute(text("INSERT INTO day_key (day, key) VALUES ('2026-11-24', 'k')"))
        db.session.commit()

        after = db.reading.execute(text("SELECT count(*) FROM day_key")).scalar_one()

    assert after == before + 1


KEPT_FOR_A_MOMENT = {
    "the open units": lambda: vault().units,
    "how the units' keys stand": lambda: standings(),
}


@pytest.mark.parametrize("kept", KEPT_FOR_A_MOMENT.values(), ids=KEPT_FOR_A_MOMENT)
def test_where_what_is_kept_for_a_moment_is_not_read_anew_the_request_goes_on(app, units, kept):
    """The one that fails is done without; whoever asks after it finds the server again."""
    with app.app_context():
        before = kept().get()
    restart(app)
    with app.app_context():
        kept()._until = 0.0
        assert kept().get() == before
        assert db.reading.execute(ONE).scalar_one() == 1
