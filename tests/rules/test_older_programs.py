"""No migration from 0026 on lets older programs go on that would stumble over it: CONTRIBUTING."""

import pytest

from admin import migrate as migrating
from admin.migrate import known_revisions, migrate, read_steps
from tests import databases
from tests.further_steps import further_steps

from .older import complaints, read_schema

FREE_BEFORE = "0025"
"""The last one that was written before this rule: it lets no older program go on."""

TO_TIP = 'sa.Column("tip_id", sa.BigInteger, sa.ForeignKey("tip.id"))'
WITH_TIP = TO_TIP.replace('"tip.id"', '"tip.id", ondelete="CASCADE"')
OR_NONE = TO_TIP.replace('"tip.id"', '"tip.id", ondelete="SET NULL"')
ID = 'sa.Column("id", sa.Integer, primary_key=True)'
# What an older program would stumble over, and what is said of it.
REFUSED = {
    'op.drop_column("tip", "due_rule")': "tip.due_rule is gone",
    'op.alter_column("tip", "due_rule", new_column_name="rule")': "tip.due_rule is gone",
    'op.drop_table("bulletin")': "bulletin is gone",
    'op.rename_table("bulletin", "told")': "bulletin is gone",
    'op.execute("DROP FUNCTION tip_is_of(bytea, bytea)")': "tip_is_of(bytea,bytea) is gone",
    'op.add_column("bulletin", sa.Column("more", sa.Integer, nullable=False))': (
        "bulletin.more is new, and must be written"
    ),
    'op.alter_column("setting", "value", type_=sa.String(100))': "was VARCHAR(200)",
    'op.alter_column("tip", "version", type_=sa.SmallInteger)': "was INTEGER and is SMALLINT",
    'op.alter_column("tip", "label", type_=sa.String)': "was BYTEA",
    'op.alter_column("bulletin", "refusal", nullable=False)': "refusal must be written since",
    'op.alter_column("bulletin", "refusal", nullable=False, server_default="x")': (
        "may not be empty any more"
    ),
    'op.alter_column("reward", "is_stopped", server_default=None)': "must be written since",
    'op.create_check_constraint("most", "setting", "length(value) < 100")': "asks for more: CHECK",
    'op.create_unique_constraint("one", "setting", ["value"])': "asks for more: UNIQUE",
    'op.create_index("one", "setting", ["value"], unique=True)': "asks for more: UNIQUE",
    'op.create_foreign_key("named", "bulletin", "setting", ["slug"], ["name"])': (
        "asks for more: FOREIGN KEY"
    ),
    'op.execute("CREATE TRIGGER kept BEFORE DELETE ON setting FOR EACH ROW EXECUTE FUNCTION'
    ' suppress_redundant_updates_trigger()")': "asks for more: CREATE TRIGGER",
    f'op.create_table("pile", {ID}, {TO_TIP})': "keeps rows of tip from being deleted",
    f'op.add_column("bulletin", {TO_TIP})': "keeps rows of tip from being deleted",
}
TAKEN = [
    'op.add_column("setting", sa.Column("more", sa.Integer))',
    'op.add_column("setting", sa.Column("more", sa.Integer, server_default="1", nullable=False))',
    'op.alter_column("setting", "value", type_=sa.String(400))',
    'op.alter_column("setting", "value", type_=sa.Text)',
    'op.alter_column("tip", "version", type_=sa.BigInteger)',
    'op.alter_column("tip", "version", nullable=True)',
    'op.drop_index("ix_bulletin_unit_id", "bulletin")',
    'op.create_index("ix_more", "setting", ["value"])',
    f'op.create_table("pile", {ID}, {WITH_TIP})',
    f'op.create_table("pile", {ID}, sa.Column("by", sa.BigInteger, sa.ForeignKey("member.id")))',
    f'op.add_column("bulletin", {OR_NONE})',
    'op.add_column("setting", sa.Column("more", sa.Integer, unique=True))',
    "op.execute(\"CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'\")",
]


@pytest.fixture(scope="module")
def engine(postgresql):
    with databases.migrated(postgresql) as engine:
        yield engine


@pytest.fixture
def found(engine, tmp_path):
    """What is said of a further step, which is taken back afterwards."""

    def found(body, forgotten=()):
        before = read_schema(engine)
        with further_steps(tmp_path, body), engine.connect() as connection:
            step = connection.begin()
            migrating.migrate_within(connection)
            after = read_schema(_As(connection))
            step.rollback()
        return "; ".join(complaints(before, after, forgotten))

    return found


class _As:
    """Lets a schema be read that is not committed."""

    def __init__(self, connection):
        self._connection = connection

    def connect(self):
        return self

    def __enter__(self):
        return self._connection

    def __exit__(self, *_rest):
        pass


@pytest.mark.parametrize("body", REFUSED)
def test_what_an_older_program_would_stumble_over_is_named(found, body):
    assert REFUSED[body] in found(body)


@pytest.mark.parametrize("body", TAKEN)
def test_what_it_need_not_know_is_taken(found, body):
    assert found(body) == ""


def test_what_no_program_asks_for_any_more_may_go_once_it_is_named(found):
    dropped = 'op.drop_column("tip", "due_rule"); op.drop_table("bulletin")'
    assert found(dropped, ["tip.due_rule"]) == "bulletin is gone"
    assert found(dropped, ["tip.due_rule", "bulletin"]) == ""


def test_no_step_lets_programs_go_on_that_would_stumble_over_it(postgresql):
    steps, known = read_steps(), known_revisions()[::-1]
    with databases.migrated(postgresql, FREE_BEFORE) as engine:
        for step in steps[known.index(FREE_BEFORE) + 1 :]:
            before = read_schema(engine)
            migrate(engine, step.revision)
            assert known.index(step.serves_from) <= known.index(step.revision)
            if step.serves_from != step.revision:
                since = {known.index(first) for first in step.forgotten.values()}
                assert max(since, default=0) <= known.index(step.serves_from), step
                assert list(complaints(before, read_schema(engine), step.forgotten)) == [], step


def test_no_step_of_before_the_rule_lets_older_programs_go_on():
    for step in read_steps():
        assert step.serves_from == step.revision or step.revision > FREE_BEFORE
