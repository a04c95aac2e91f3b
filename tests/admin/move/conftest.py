"""A store with something in every table, another place for it, and who types the command."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import create_engine, select

from admin.backup.rows import reflect
from admin.commands.copies import move
from admin.config import load_config
from admin.db import db
from admin.settings.installed import written
from admin.shutters.marks import MARKS
from tests.admin.backup.conftest import app_on, empty, files_of, receipt, store  # noqa: F401
from tests.admin.db.conftest import cluster  # noqa: F401
from tests.quick_apps import quick


@dataclass
class Mover:
    """Types `dengshao move` in the place where an application is."""

    app: object
    environ: dict
    file: object

    def __call__(self, there, *options, typed=None, here=None):
        app, environ = here or (self.app, self.environ)
        # Of an installed machine's file: AWS_* stand in it, too.
        named = {name: value for name, value in there.items() if name.startswith(("AWS", "DENG"))}
        self.file.write_text(written(named), "utf-8")
        info = ScriptInfo(create_app=lambda: app)
        arguments = [str(self.file), *(options or ("--yes",))]
        runner = app.test_cli_runner()
        return runner.invoke(move, arguments, obj=info, env=environ, input=typed)


@pytest.fixture
def mover(app, environ, tmp_path):
    return Mover(app, environ, tmp_path / "there.env")


@pytest.fixture
def database_url(sqlite_url):
    """Where each move here begins; back from PostgreSQL goes the first test of them."""
    return sqlite_url


def keys_in(environ):
    return Path(environ["DENGSHAO_DATA"]) / "keys.yml"


def secret_for(there, environ):
    """Lay the secret where a place without a path to it looks for it."""
    shutil.copy(Path(environ["DENGSHAO_DATA"]) / "secret", Path(there["DENGSHAO_DATA"]) / "secret")


@contextmanager
def running_on(there, environ):
    """An application in the place where all was moved to."""
    app = quick(app_on(there, keys_in(environ)))
    try:
        yield app
    finally:
        with app.app_context():
            db.dispose()


def rows_in(url):
    """Every row of every table but the marks, in no order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(
                repr(sorted(row.items()))
                for row in connection.execute(select(table)).mappings()
                if name != "setting" or row["name"] not in MARKS
            )
            for name, table in reflect(connection, whole=True).items()
        }
    engine.dispose()
    return found


def picture(environ):
    """All that a move must bring: every row, every sealed byte."""
    return rows_in(load_config(environ).database_url), files_of(environ)
