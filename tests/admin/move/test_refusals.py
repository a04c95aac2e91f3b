"""What no move begins with."""

import secrets
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from admin.config import load_config
from admin.db import db
from admin.migrate import migrate
from admin.move.alone import Busy, _database_alone, alone
from admin.move.places import Place, this_place
from admin.shutters.marks import IN, Mark, State, write_mark


@pytest.fixture
def there(empty):
    return empty("sqlite", "there")


@contextmanager
def opened(there):
    engine = create_engine(there["DENGSHAO_DATABASE_URL"])
    try:
        yield engine
    finally:
        engine.dispose()


def other_secret(there, environ):
    path = Path(environ["DENGSHAO_DATA"]) / "other"
    path.write_text(secrets.token_hex(32))
    return there | {"DENGSHAO_SECRET_FILE": str(path)}


def this_very_place(there, environ):
    return there | {"DENGSHAO_DATABASE_URL": environ["DENGSHAO_DATABASE_URL"]}


def in_memory(there, _environ):
    return there | {"DENGSHAO_BLOBS_URL": "memory:///"}


def with_tables(there, _environ):
    with opened(there) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody (id INTEGER PRIMARY KEY)"))
    return there


def with_files(there, _environ):
    folder = Path(there["DENGSHAO_DATA"]) / "blobs" / ("ab" * 16)
    folder.mkdir(parents=True)
    (folder / "00000").write_bytes(b"somebody's")
    return there


def of_another_district(there, _environ):
    with opened(there) as engine:
        migrate(engine)
    return there


def of_another_move(there, environ):
    of_another_district(there, environ)
    with opened(there) as engine, engine.begin() as connection:
        write_mark(connection, IN, Mark("0" * 16, State.ARRIVING, "elsewhere"))
    return there


def without_a_line(_there, _environ):
    return {}


REFUSED = [
    (other_secret, "不是现在这一份"),
    (this_very_place, "就是现在这一个"),
    (in_memory, "只在内存里"),
    (with_tables, "那边不是空的"),
    (with_files, "那边不是空的"),
    (of_another_district, "另一套灯哨"),
    (of_another_move, "另一次没搬完的"),
    (without_a_line, "没有一行"),
]


def test_no_move_begins_into_what_is_not_empty_or_not_ours(mover, environ, there, subtests):
    for number, (prepared, words) in enumerate(REFUSED):
        with subtests.test(prepared.__name__):
            folder = Path(there["DENGSHAO_DATA"]).with_name(f"there{number}")
            folder.mkdir()
            url = f"sqlite:///{folder / 'dengshao.sqlite3'}"
            mine = there | {"DENGSHAO_DATA": str(folder), "DENGSHAO_DATABASE_URL": url}
            done = mover(prepared(mine, environ))
            assert done.exit_code == 1, done.output
            assert words in done.output
    with db_of(mover).connect() as connection:
        assert not connection.execute(
            text("SELECT count(*) FROM setting WHERE name = 'move_out'")
        ).scalar_one()


def db_of(mover):
    with mover.app.app_context():
        return db.engine


def test_of_two_movers_the_second_is_told_and_does_nothing(mover, environ, there):
    """On one machine by a lock of the folder; on two, a database has one of its own."""
    with mover.app.app_context(), this_place(load_config(environ)) as here, alone(here):
        assert "另一次搬家正在进行" in mover(there).output
    assert not (Path(there["DENGSHAO_DATA"]) / "dengshao.sqlite3").exists()


def test_a_database_lets_one_mover_at_a_time_touch_it(empty, environ):
    url = empty("postgresql", "there")["DENGSHAO_DATABASE_URL"]
    config = load_config(environ | {"DENGSHAO_DATABASE_URL": url})
    place, other = (Place(config, None, None, None) for _ in range(2))
    with _database_alone(place), pytest.raises(Busy), _database_alone(other):
        pass
    with _database_alone(other):
        pass
