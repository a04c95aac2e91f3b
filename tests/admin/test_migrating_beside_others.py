"""A step takes its turn at a table in use: it steps back from a long reader, and is done later."""

import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, inspect, text

from admin import migrate as migrating
from admin.commands.serving import blocked_by
from admin.migrate import AnotherMigrates, Blocked, migrate
from tests import databases
from tests.further_steps import further_steps

READ, WRITE = "SELECT count(*) FROM setting", "INSERT INTO setting VALUES ('{}', '1')"
WIDER = 'op.add_column("setting", sa.Column("more", sa.Integer()))'
ROWS = 4_100
MADE = """
op.create_table("pile", sa.Column("id", sa.BigInteger, primary_key=True))
"""
GENTLE = """
gently.add_column("pile", sa.Column("half", sa.BigInteger))
gently.fill("pile", "id", "half = id / 2", "half IS NULL")
gently.set_not_null("pile", "half")
gently.check("pile", "half_is_less", "half <= id")
gently.create_index("ix_pile_half", "pile", ["half"])
gently.create_index("ix_pile_gone", "pile", ["half"])
gently.drop_index("ix_pile_gone", "pile")
"""


@pytest.fixture
def engine(postgresql, monkeypatch):
    monkeypatch.setattr(migrating, "SHORT_WAIT", "SET lock_timeout = '200ms'")
    monkeypatch.setattr(migrating, "PAUSE_SECONDS", 0.05)
    with databases.migrated(postgresql) as engine:
        yield engine


@contextmanager
def long_reader(engine, query=READ):
    """Read, and stay in the transaction."""
    with engine.connect() as connection:
        connection.execute(text(query))
        yield connection


@contextmanager
def beside(act):
    """Do something in a thread; a fault of it is a fault of the test."""
    faults = []

    def run():
        try:
            act()
        except Exception as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    thread.join(60)
    assert not faults
    assert not thread.is_alive()


def columns(engine, table="setting"):
    return {column["name"] for column in inspect(engine).get_columns(table)}


def write_until_one_waits(engine):
    """Write again and again, until a step stood in the way for a moment.

    Refused by the database where it stands there for longer: many times what the step is given.
    """
    waited, end = 0.0, time.monotonic() + 60
    while waited < 0.1:
        begun = time.monotonic()
        assert begun < end, "no step came in the way"
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            connection.execute(text(WRITE.format(f"at {begun}")))
        waited = time.monotonic() - begun


def test_nobody_waits_behind_a_step_that_waits_for_a_long_reader(engine, tmp_path, monkeypatch):
    # However long it takes until one of the writes meets it.
    monkeypatch.setattr(migrating, "TRIES", 1_000)
    step = further_steps(tmp_path, WIDER)
    with step, long_reader(engine) as reader, beside(lambda: migrate(engine)):
        write_until_one_waits(engine)
        assert "more" not in columns(engine)
        reader.rollback()

    assert "more" in columns(engine)


def test_a_step_that_never_gets_its_table_says_who_holds_it_and_keeps_what_is_done(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr(migrating, "TRIES", 2)
    with further_steps(tmp_path, MADE, WIDER), long_reader(engine) as reader:
        holder = reader.scalar(text("SELECT pg_backend_pid()"))
        with pytest.raises(Blocked) as blocked:
            migrate(engine)

        assert blocked.value.pid == holder
        assert migrating.read_form(engine).current == "further_1"
        assert "more" not in columns(engine)


def test_who_comes_second_says_that_another_is_at_work(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(migrating, "TRIES", 1)
    monkeypatch.setattr(migrating, "PAUSE_SECONDS", 0)
    turn = text(f"SELECT pg_advisory_lock({migrating._ONE_AT_A_TIME})")
    with further_steps(tmp_path, MADE), engine.connect() as first:
        first.execute(turn)
        with pytest.raises(AnotherMigrates) as blocked:
            migrate(engine)

    assert "另一个 dengshao migrate 还在运行" in blocked_by(blocked.value)


def test_a_login_that_sees_nobodys_transaction_blames_no_other_migration(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr(migrating, "TRIES", 1)
    # What a login without pg_read_all_stats is shown of others.
    monkeypatch.setattr(migrating, "_OLDEST", text("SELECT 1, 2 WHERE false"))
    with further_steps(tmp_path, WIDER), long_reader(engine), pytest.raises(Blocked) as blocked:
        migrate(engine)

    said = blocked_by(blocked.value)
    assert "是谁，这个账号看不到" in said
    assert "None" not in said
    assert "另一个" not in said


def test_two_that_migrate_at_once_do_each_step_once(engine, tmp_path):
    with further_steps(tmp_path, MADE, WIDER), beside(lambda: migrate(engine)):
        migrate(engine)

    assert "more" in columns(engine)


def test_a_table_is_changed_gently_and_holds_what_it_should(engine, tmp_path):
    with further_steps(tmp_path, MADE, GENTLE) as (made, gentle):
        migrate(engine, made)
        with engine.begin() as connection:
            connection.execute(text(f"INSERT INTO pile SELECT generate_series(1, {ROWS})"))
        migrate(engine, gentle)

    check_pile(engine)


def test_a_change_that_broke_off_is_done_anew(engine, tmp_path):
    with further_steps(tmp_path, MADE, GENTLE) as (made, gentle):
        migrate(engine, made)
        with engine.begin() as connection:
            connection.execute(text(f"INSERT INTO pile SELECT generate_series(1, {ROWS})"))
            connection.execute(text("ALTER TABLE pile ADD half bigint"))
            connection.execute(text("UPDATE pile SET half = id / 2 WHERE id < 100"))
            connection.execute(text("CREATE INDEX ix_pile_half ON pile (half)"))
        reading = long_reader(engine, "SELECT count(*) FROM pile")
        with reading as reader, beside(lambda: migrate(engine, gentle)):
            time.sleep(0.5)
            reader.rollback()

    check_pile(engine)


def test_the_same_step_is_done_in_the_plain_way_on_sqlite(tmp_path, sqlite_url):
    engine = create_engine(sqlite_url)
    with further_steps(tmp_path, MADE, GENTLE) as (made, gentle):
        migrate(engine, made)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO pile VALUES (1), (2), (3)"))
        migrate(engine, gentle)

    check_pile(engine, [0, 1, 1])
    engine.dispose()


def check_pile(engine, halves=None):
    inspector = inspect(engine)
    (half,) = [one for one in inspector.get_columns("pile") if one["name"] == "half"]
    assert half["nullable"] is False
    assert [one["name"] for one in inspector.get_indexes("pile")] == ["ix_pile_half"]
    assert [one["name"] for one in inspector.get_check_constraints("pile")] == ["half_is_less"]
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT half FROM pile ORDER BY id")))
        if engine.dialect.name == "postgresql":
            query = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            assert connection.scalar(text(query)) == 0
    assert found == (halves or [number // 2 for number in range(1, ROWS + 1)])
