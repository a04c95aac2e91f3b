"""The moment of the database that a backup reads: held still, for nobody else's eyes, then gone."""

import stat

import pytest
from sqlalchemy import select, text, update

from admin.backup.rows import LEFT_OUT
from admin.backup.snapshot import snapshot
from admin.db import db
from admin.models import Setting
from tests.support import add_bare_member


def modes_below(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture
def lamp(session):
    session.add(Setting(name="lamp", value="before"))
    session.commit()


def change(session):
    session.execute(update(Setting).where(Setting.name == "lamp").values(value="after"))
    session.commit()


LAMP = select(Setting.value).where(Setting.name == "lamp")


def test_what_is_written_meanwhile_is_not_in_it(session, config, lamp):
    with snapshot(config, db.engine) as moment:
        moment.execute(LAMP).one()
        change(session)
        assert moment.execute(LAMP).scalar_one() == "before"

    assert session.scalar(LAMP) == "after"


def test_the_copy_is_its_owners_alone_and_gone_after_a_good_end_and_a_bad_one(
    session, config, lamp, database
):
    folder = config.data / "backup.tmp"

    def look():
        if database == "sqlite":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert modes_below(folder) == {"copy.sqlite3": 0o600}

    with snapshot(config, db.engine):
        look()
    assert not folder.exists()

    def fail():
        with snapshot(config, db.engine):
            look()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not folder.exists()


def test_what_a_backup_that_was_killed_left_is_no_hindrance(session, config, lamp):
    folder = config.data / "backup.tmp"
    (folder / "deeper").mkdir(parents=True)
    (folder / "copy.sqlite3").write_bytes(b"half a copy")

    with snapshot(config, db.engine) as moment:
        assert moment.execute(LAMP).scalar_one() == "before"

    assert not folder.exists() or config.database_url.startswith("postgresql")


@pytest.mark.parametrize("table", sorted(LEFT_OUT))
def test_of_what_no_backup_holds_nothing_is_in_the_copy(session, config, database, table):
    fill(session, table)
    session.commit()

    with snapshot(config, db.engine) as moment:
        count = moment.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()

    assert count == (0 if database == "sqlite" else 1)
    assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


def fill(session, name):
    """Put a row into a table; whom it hangs on is there too."""
    from admin.models import Base, Member

    from .conftest import _plain_value

    made_on = _plain_value(Member.__table__.c.made_on, 1)
    member = add_bare_member(session, made_on=made_on)
    table = Base.metadata.tables[name]
    values = {
        column.name: member.id if column.foreign_keys else _plain_value(column, 1)
        for column in table.columns
        if not (column.foreign_keys and column.nullable)
    }
    session.execute(table.insert().values(values))
