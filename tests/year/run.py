"""Makes an installation for one year, and empty places for what is restored."""

import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from admin import create_app
from admin.config import load_config
from admin.db import db, set_today
from tests import databases
from tests.installations import new_installation
from tests.quick_apps import quick

from .house import House
from .year import Year

_KEYS = "source: nobody\nchecked: 2026-01-01\nitems: []\n"


@contextmanager
def installations(kind, folder):
    """Give a function that makes empty or migrated places on one kind of database."""
    if kind == "sqlite":
        template = folder / "template"
        template.mkdir()
        yield _Places(folder, databases.migrated_file(template), None)
    else:
        with databases.running_postgresql() as server:
            pool = folder / "pool"
            pool.mkdir()
            yield _Places(folder, databases.Pool(server, pool), server)


class _Places:
    def __init__(self, folder, store, server):
        self.folder, self._store, self.server = folder, store, server

    @contextmanager
    def first(self):
        """Lend a folder and a migrated database; gives the environment of an installation."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        if self.server is None:
            yield new_installation(folder, databases.copied(self._store, folder / "data"), _KEYS)
        else:
            with self._store.lent() as url:
                yield new_installation(folder, url, _KEYS)
        shutil.rmtree(folder)


class Empty:
    """Makes empty places with the same secret, in which a backup is restored."""

    def __init__(self, folder, server):
        self._folder, self._server, self._names = folder, server, []

    def __call__(self, environ):
        data = self._folder / f"restored-{secrets.token_hex(4)}"
        data.mkdir()
        first = Path(environ["DENGSHAO_DATA"])
        shutil.copy(first / "keys.yml", data / "keys.yml")
        secret = environ.get("DENGSHAO_SECRET_FILE", str(first / "secret"))
        url = f"sqlite:///{data / 'dengshao.sqlite3'}"
        if self._server is not None:
            self._names.append(databases.new_name("y"))
            url = databases.create_database(self._server, self._names[-1])
        return environ | {
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_DATABASE_URL": url,
            "DENGSHAO_SECRET_FILE": secret,
        }

    def drop(self):
        for name in self._names:
            databases.drop_database(self._server, name)


def walk(environ, folder, server, seed, size):
    """Walk one year on a migrated installation; gives it, with its house and its counts."""
    app, empty = quick(create_app(load_config(environ))), Empty(folder, server)
    app.testing = True
    year = Year(House(app, environ, empty), seed, **size)
    try:
        # No end is drawn for a second look by chance: a seed must do the same each time.
        with patch("admin.desk.seconding.is_drawn", lambda _percent: False):
            year.walk()
    finally:
        set_today(None)
        with year.house.app.app_context():
            db.dispose()
        empty.drop()
    return year
