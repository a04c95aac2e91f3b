"""What closes a database to every writer, on both databases."""

from contextlib import closing

import pytest
from sqlalchemy.exc import DBAPIError

from admin.backup.rows import read_rows, reflect
from admin.db import db
from admin.shutters.marks import OUT, Mark, State, write_mark
from admin.shutters.shut import Closed, open_again, past_the_shutters, shut
from tests.admin.intake.conftest import LEAST, Reporter


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


def test_a_press_meanwhile_keeps_its_words_and_is_no_fault_in_the_log(app, units, caplog):
    reporter = Reporter(app.test_client())
    reporter.open_form()
    with app.app_context(), db.engine.begin() as connection:
        shut(connection)

    page = reporter.send(status=503, **LEAST)

    assert page.read.values["what"] == LEAST["what"]
    assert caplog.text == ""
    with app.app_context(), db.engine.begin() as connection:
        open_again(connection)
    reporter.form = page.read.values
    assert reporter.send().receipt
