"""What one test leaves in its database, no other one meets."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

from admin.audit.log import record
from admin.db import db


@pytest.fixture
def lend(database, request):
    """Lend a database, run statements in it, and give it back; gives what was found, and where."""
    if database != "postgresql":
        pytest.skip("on SQLite each test has a file of its own")
    pool = request.getfixturevalue("pool")

    def lent(*statements):
        with pool.lent() as address:
            return run(address, statements), address

    return lent


def run(address, statements):
    """Run statements; gives the first column of what the last one found."""
    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            found = [connection.execute(text(one)) for one in statements]
            return [row[0] for row in found[-1]] if found and found[-1].returns_rows else []
    finally:
        engine.dispose()


NAME = "SELECT oid FROM pg_database WHERE datname = current_database()"
WRITE = "INSERT INTO day_key (day, key) VALUES ('2026-11-24', 'k')"
SETTINGS = "SELECT name || value FROM setting ORDER BY name"


def comes_again(lend, oid):
    return any(lend(NAME)[0] == oid for _ in range(10))


def test_a_database_is_lent_again_and_is_as_new(lend):
    before, _ = lend(SETTINGS)
    oid, _ = lend(WRITE, "DELETE FROM setting", NAME)

    assert comes_again(lend, oid)

    assert lend("SELECT key FROM day_key")[0] == []
    assert lend(SETTINGS)[0] == before
    assert before


MUCH = """INSERT INTO day_key (day, key)
SELECT date '2026-11-24' + day, repeat('k', 1000)::bytea FROM generate_series(1, 100) AS day"""
PAGES = "SELECT pg_relation_size('day_key') / 8192"


def test_no_table_brings_more_pages_along_than_a_new_one_is_planned_for(lend):
    lend()
    oid, _ = lend(NAME)

    for written in (MUCH, WRITE, WRITE, MUCH, WRITE):
        lend(written)
        lend()

    assert comes_again(lend, oid)
    brought = [lend(PAGES)[0][0] for _ in range(4)]
    assert max(brought) <= 8


CHANGES = {
    "a column": "ALTER TABLE setting ADD COLUMN more integer",
    "an index": "CREATE INDEX more ON setting (value)",
    "no trigger": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "a table": "CREATE TABLE more (id integer)",
    "statistics": "ANALYZE setting",
    "a constraint": "ALTER TABLE setting ADD CHECK (value <> '')",
    "a function": "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "a schema": "CREATE SCHEMA more",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_whose_form_was_changed_never_comes_again(lend, change):
    oid, _ = lend(change, NAME)

    assert not comes_again(lend, oid)


def test_whoever_still_knows_its_name_meets_no_database(lend):
    _, address = lend(WRITE)
    lend(), lend(), lend()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(address.replace("+psycopg", ""))


@pytest.fixture
def logged(app):
    with app.app_context():
        record(db.session, "lock", by="ada")
        db.session.commit()


@pytest.mark.parametrize("_turn", range(3))
def test_the_audit_log_begins_empty_for_each_test(session, logged, _turn):
    assert session.execute(text("SELECT count(*) FROM audit_event")).scalar_one() == 1
