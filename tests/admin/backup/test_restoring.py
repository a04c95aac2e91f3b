"""A place that is filled: what is looked at, what is left after a good end and after a bad one."""

import stat
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, text

from admin.backup import restoring
from admin.backup.files import NotEmpty
from admin.backup.rows import from_line, read_rows, reflect
from admin.db import db, today
from admin.migrate import SERVES_FROM
from admin.models import Setting, Upload
from tests.admin.vault.conftest import new_tip


class Bad(Exception):
    pass


@pytest.fixture
def place(config, tmp_path):
    """A configuration whose database and whose files would lie in a folder that is not there."""
    database = tmp_path / "new" / "deeper" / "dengshao.sqlite3"
    place = replace(
        config,
        database_url=f"sqlite:///{database}",
        blobs_url=(tmp_path / "new" / "blobs").as_uri(),
    )
    return place, database


def test_to_look_whether_a_place_is_empty_leaves_nothing_there(place, tmp_path):
    restoring.refuse_filled(place[0])
    place[1].parent.mkdir(parents=True)
    restoring.refuse_filled(place[0])

    assert list(place[1].parent.iterdir()) == []
    assert not (tmp_path / "new" / "blobs").exists()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_an_older_store_left_beside_the_database_is_something(place, suffix):
    place[1].parent.mkdir(parents=True)
    place[1].with_name(place[1].name + suffix).touch()

    with pytest.raises(NotEmpty):
        restoring.refuse_filled(place[0])


def test_an_empty_file_in_the_databases_place_is_nothing_and_one_with_a_table_is_not(place):
    place[1].parent.mkdir(parents=True)
    place[1].touch()
    restoring.refuse_filled(place[0])

    with restoring._filling(restoring.make_url(place[0].database_url)) as connection:
        connection.execute(text("CREATE TABLE one (n INTEGER)"))

    with pytest.raises(NotEmpty):
        restoring.refuse_filled(place[0])


def test_a_database_is_in_its_place_after_a_good_end_alone_and_its_owners_alone(place):
    config, database = place

    def fill(end=None):
        with restoring.target(config) as connection:
            connection.execute(text("CREATE TABLE one (n INTEGER)"))
            assert not database.exists()
            if end:
                raise end

    with pytest.raises(Bad):
        fill(Bad())
    assert list(database.parent.iterdir()) == []
    fill()

    assert list(database.parent.iterdir()) == [database]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


# So many rows, and how many of them are written before the end: in heaps of two hundred.
HEAPS = {1: 0, 199: 0, 200: 0, 201: 200, 401: 400}


@pytest.mark.parametrize("rows", HEAPS)
def test_rows_are_written_in_heaps_and_the_last_one_after_a_good_end_alone(session, rows):
    connection = session.connection()

    def load(end=None):
        with restoring.Loader(connection) as loader:
            for number in range(rows):
                loader.take_row("setting", {"name": f"{number}", "value": "x"})
            if end:
                raise end

    # What the database says of its own form is no row that comes, and stays.
    count = select(func.count()).where(Setting.name != SERVES_FROM)
    with pytest.raises(Bad):
        load(Bad())
    assert connection.execute(count).scalar_one() == HEAPS[rows]
    load()

    assert connection.execute(count).scalar_one() == rows


def test_of_files_those_that_hang_on_a_tip_and_were_not_let_go_are_read(session, units):
    tip_id = new_tip(session)
    for number, (tip, is_released) in enumerate([(tip_id, 0), (tip_id, 1), (None, 0), (None, 1)]):
        values = {"size": 1, "made_on": today(), "is_whole": True, "is_released": bool(is_released)}
        session.execute(insert(Upload).values(blob=f"{number}" * 32, tip_id=tip, **values))
    session.commit()

    with db.engine.connect() as connection:
        table = reflect(connection)["upload"]
        lines = [from_line("upload", line) for line in read_rows(connection, table)]

    assert [line["blob"] for line in lines] == ["0" * 32]
