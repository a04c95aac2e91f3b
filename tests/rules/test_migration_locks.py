"""No migration from 0026 on keeps those waiting who write a table; see CONTRIBUTING, Migrations."""

import pytest
from sqlalchemy import event

from admin.migrate import known_revisions, migrate
from tests import databases
from tests.further_steps import further_steps

from .locks import Reader

FREE_BEFORE = "0025"
"""The last one that was written before this rule."""

REFUSED = [
    "CREATE INDEX ix_tip_new ON tip (unit_id)",
    "CREATE UNIQUE INDEX ix_tip_new ON tip (unit_id)",
    "ALTER TABLE tip ALTER COLUMN status TYPE VARCHAR(40)",
    "ALTER TABLE tip ALTER COLUMN outcome SET NOT NULL",
    "ALTER TABLE tip ADD CONSTRAINT positive CHECK (version > 0)",
    "ALTER TABLE tip ADD FOREIGN KEY(outcome) REFERENCES outcome (id)",
    "ALTER TABLE tip ADD CONSTRAINT one UNIQUE (unit_id)",
    "ALTER TABLE tip ADD COLUMN token UUID DEFAULT gen_random_uuid()",
    "ALTER TABLE tip ADD COLUMN number BIGSERIAL",
    "ALTER TABLE tip ADD COLUMN code VARCHAR UNIQUE",
    "ALTER TABLE tip ADD COLUMN sum INTEGER GENERATED ALWAYS AS (version + 1) STORED",
    "ALTER TABLE tip VALIDATE CONSTRAINT positive",
    "ALTER TABLE tip SET UNLOGGED",
    "UPDATE tip SET is_counted = false",
    "UPDATE tip SET is_counted = false WHERE machine_unit IS NOT NULL",
    "DELETE FROM decision WHERE kind LIKE 'reward_%%'",
    "INSERT INTO tip_opening SELECT id, 0 FROM tip",
    "LOCK TABLE tip IN EXCLUSIVE MODE",
    "VACUUM FULL tip",
    "CLUSTER tip USING tip_pkey",
    "REINDEX TABLE tip",
    "TRUNCATE tip",
]
TAKEN = [
    "CREATE TABLE note_two (id BIGINT, tip_id BIGINT, FOREIGN KEY(tip_id) REFERENCES tip (id))",
    "CREATE INDEX CONCURRENTLY ix_tip_new ON tip (unit_id)",
    "DROP INDEX CONCURRENTLY IF EXISTS ix_tip_new",
    "ALTER TABLE tip ADD COLUMN more INTEGER",
    "ALTER TABLE tip ADD COLUMN is_more BOOLEAN DEFAULT true NOT NULL",
    "ALTER TABLE tip ADD COLUMN IF NOT EXISTS kind VARCHAR(10) DEFAULT 'handover' NOT NULL",
    "ALTER TABLE tip ADD CONSTRAINT positive CHECK (version > 0) NOT VALID",
    "ALTER TABLE tip DROP COLUMN more",
    "UPDATE setting SET value = '1' WHERE name = 'counts_first'",
    "INSERT INTO setting (name, value) VALUES ('a', 'b')",
    "SELECT max(id) FROM tip",
]
GENTLE = """
gently.add_column("tip", sa.Column("more", sa.Integer))
gently.fill("tip", "id", "more = 1", "more IS NULL")
gently.set_not_null("tip", "more")
gently.check("tip", "more_is_some", "more > 0")
gently.create_index("ix_tip_more", "tip", ["more"])
gently.drop_index("ix_tip_more", "tip")
tip_id = sa.Column("tip_id", sa.BigInteger, sa.ForeignKey("tip.id"))
op.create_table("pile", sa.Column("id", sa.Integer), tip_id)
op.create_index("ix_pile", "pile", ["tip_id"])
op.execute("INSERT INTO pile VALUES (1)")
"""
ROUGH = 'op.create_index("ix_tip_rough", "tip", ["outcome"])'


@pytest.mark.parametrize("statement", REFUSED)
def test_a_statement_that_holds_a_lock_for_long_is_refused(statement):
    assert Reader().complaint(statement, is_apart=False)


@pytest.mark.parametrize("statement", TAKEN)
def test_a_statement_that_holds_none_is_taken(statement):
    assert not Reader().complaint(statement, is_apart=True)


@pytest.fixture
def engine(postgresql):
    with databases.migrated(postgresql, FREE_BEFORE) as engine:
        yield engine


def complaints(engine, revisions):
    """Migrate step by step, and read what each asks of PostgreSQL."""
    found = []
    for revision in revisions:
        reader = Reader()

        def read(connection, _cursor, statement, *_rest, reader=reader, revision=revision):
            is_apart = connection.connection.driver_connection.autocommit
            if why := reader.complaint(statement, is_apart=is_apart):
                found.append((revision, statement, why))

        event.listen(engine, "before_cursor_execute", read)
        migrate(engine, revision)
        event.remove(engine, "before_cursor_execute", read)
    return found


def test_no_migration_holds_a_lock_for_long_and_one_that_did_would_be_named(engine, tmp_path):
    revisions = known_revisions()[::-1]
    newer = revisions[revisions.index(FREE_BEFORE) + 1 :]
    assert complaints(engine, newer) == []

    with further_steps(tmp_path, GENTLE, ROUGH) as (gentle, rough):
        assert complaints(engine, [gentle]) == []
        assert [name for name, _statement, _why in complaints(engine, [rough])] == [rough]
