"""What no move begins with, and what closes a database to every writer."""

import secrets
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from admin.backup.rows import read_rows, reflect
from admin.db import db
from admin.migrate import migrate
from admin.shutters.marks import IN, OUT, Mark, State, write_mark
from admin.shutters.shut import Closed, open_again, past_the_shutters, shut


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


def test_shutters_stop_every_write_to_every_table_and_no_reading(app, store):
    with app.app_context():
        engine, reading = db.engine, db.get_engine("read")
    with engine.begin() as connection:
        tables = reflect(connection, whole=True)
        shut(connection)
        shut(connection)
    for name, table in tables.items():
        with reading.connect() as connection:
            row = dict(connection.execute(table.select().limit(1)).mappings().one())
        first = next(iter(row))
        for write in (
            table.insert().values(row),
            table.update().values({first: row[first]}),
            table.delete(),
        ):
            # The log's own rule comes first where a line is to be changed.
            kind = DBAPIError if name == "audit_event" else Closed
            with engine.connect() as connection, pytest.raises(kind):
                connection.execute(write)
    with engine.begin() as connection:
        mark = Mark("0" * 16, State.CLOSED, "elsewhere")
        with past_the_shutters(connection, "setting"):
            write_mark(connection, OUT, mark)
    with engine.connect() as connection, pytest.raises(Closed):
        connection.execute(tables["setting"].delete())
    with engine.begin() as connection:
        open_again(connection)
    with engine.begin() as connection:
        assert connection.execute(tables["tip_label"].delete()).rowcount


def test_no_backup_takes_a_mark_along(app, store):
    with app.app_context():
        engine = db.engine
    with engine.begin() as connection:
        write_mark(connection, OUT, Mark("0" * 16, State.CLOSED, "elsewhere"))
    with closing(engine.connect()) as connection:
        table = reflect(connection)["setting"]
        assert b"move_out" not in b"".join(read_rows(connection, table))
        assert b"move_out" in b"".join(read_rows(connection, table, whole=True))
