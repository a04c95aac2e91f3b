"""Which programs may serve a database: what each step says, and what the database remembers."""

import pytest
from sqlalchemy import create_engine, text

from admin.backup.restoring import Loader
from admin.backup.rows import read_rows, reflect
from admin.db import db
from admin.migrate import (
    SERVES_FROM,
    Step,
    known_revisions,
    migrate,
    oldest_served,
    read_form,
    read_steps,
)
from tests.admin.backup.conftest import hand_in
from tests.further_steps import further_steps

OURS = known_revisions()[0]
WIDER = 'op.add_column("setting", sa.Column("more{}", sa.Integer()))'
FAILS = 'raise RuntimeError("a step that does not come to its end")'


@pytest.fixture
def engine(database_url, tmp_path):
    (tmp_path / "data").mkdir(exist_ok=True)
    engine = create_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def line(engine):
    with engine.connect() as connection:
        query = text("SELECT value FROM setting WHERE name = :name")
        return connection.scalar(query, {"name": SERVES_FROM})


NEW_TABLE = """
op.create_table("pile", sa.Column("id", sa.Integer, primary_key=True))
for table in ("tip", "message", "setting", "decision", "audit_event", "spent_nonce", "day_key"):
    gently.add_column(table, sa.Column("of", sa.String(9)))
    kind = sa.Column("kind_of", sa.String(9), server_default="new", nullable=False)
    gently.add_column(table, kind)
"""


def test_an_older_program_takes_a_tip_into_a_newer_form_and_the_code_finds_it(
    app, client, units, tmp_path
):
    with app.app_context():
        with further_steps(tmp_path, NEW_TABLE, serves_from=[OURS]):
            migrate(db.engine)
        assert read_form(db.engine).lets_us

    found = client.post("/mailbox/", data={"receipt": hand_in(client)})

    assert found.status_code == 200
    assert "<h1>您的线索" in found.text
    with app.app_context():
        told = db.session.execute(text("SELECT kind_of FROM tip")).scalars().all()
        assert told == ["new"]


# What each of three further steps says of older programs; which of them this program, which knows
# none of the three, may serve beside.
CHAINS = [
    ([OURS], True),
    ([None], False),
    (["further_1"], False),
    (["0025"], True),
    ([OURS, "further_1", "further_2"], False),
    ([OURS, OURS, OURS], True),
    # What one step took from older programs, none that comes behind it gives back.
    ([OURS, None, "0025"], False),
    ([None, OURS, OURS], False),
]


@pytest.mark.parametrize(("chain", "may_serve"), CHAINS)
def test_an_older_program_serves_where_every_step_that_it_does_not_know_lets_it(
    engine, tmp_path, chain, may_serve
):
    bodies = [WIDER.format(number) for number in range(len(chain))]
    with further_steps(tmp_path, *bodies, serves_from=chain) as names:
        migrate(engine)
        assert read_form(engine).is_newest

    form = read_form(engine)

    assert (form.current, form.is_unknown) == (names[-1], True)
    assert form.may_serve is may_serve


def test_a_program_between_two_is_judged_by_the_newest_step_that_it_knows(engine, tmp_path):
    bodies = [WIDER.format(number) for number in range(3)]
    chain = [None, "further_1", "further_1"]
    for folder in ("all", "one"):
        (tmp_path / folder).mkdir()
    with further_steps(tmp_path / "all", *bodies, serves_from=chain):
        migrate(engine)

    assert not read_form(engine).may_serve
    with further_steps(tmp_path / "one", bodies[0]):
        assert read_form(engine).may_serve


def test_what_the_database_says_is_of_the_form_that_it_has(engine, tmp_path):
    """A line that another form's step left behind, or a step that broke off, says nothing."""
    with further_steps(tmp_path, WIDER.format(1), FAILS, serves_from=[OURS, OURS]):
        migrate(engine, "further_1")
        with pytest.raises(RuntimeError):
            migrate(engine)
    assert (read_form(engine).current, line(engine)) == ("further_1", f"further_1 {OURS}")
    assert read_form(engine).may_serve

    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'further_2'"))

    assert not read_form(engine).may_serve


def test_a_database_without_such_a_line_is_served_by_the_newest_program_alone(engine):
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM setting WHERE name = :it"), {"it": SERVES_FROM})
        assert read_form(engine).may_serve
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not read_form(engine).may_serve


def test_a_newer_database_of_somebody_else_is_refused_and_not_stumbled_over(engine):
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE setting RENAME TO other"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not read_form(engine).may_serve


def test_no_copy_takes_the_line_along_and_none_loses_that_of_where_it_goes(engine):
    told = line(engine)
    assert told
    with engine.begin() as connection:
        for whole in (False, True):
            setting = reflect(connection, whole=whole)["setting"]
            rows = b"".join(read_rows(connection, setting, whole=whole))
            assert b"site_id" in rows
            assert SERVES_FROM.encode() not in rows
        with Loader(connection):
            pass
        assert list(connection.scalars(text("SELECT value FROM setting"))) == [told]


def test_a_step_of_before_the_rule_is_served_by_those_alone_that_know_it():
    steps = read_steps()
    assert [step.serves_from for step in steps[:25]] == [step.revision for step in steps[:25]]
    assert oldest_served(steps, "0028") == "0025"
    assert oldest_served([*steps, Step("0029", "", "0029")], "0029") == "0029"
