"""A desk that reads its lists from a standby, and what is asked of which server meanwhile."""

from contextlib import contextmanager

from sqlalchemy import event, insert, update

from admin import create_app
from admin.config import load_config
from admin.db import db, grants, replica, today
from admin.migrate import migrate
from admin.models import Recusal, Tip, random_key
from admin.renewal.guard import standings
from tests.admin.desk.conftest import store_sealed
from tests.installations import open_units
from tests.quick_apps import quick
from tests.support import add_bare_member, desk_client

PREFIX = "dengshao"
PATIENT = {"CATCH_UP_SECONDS": 30.0, "ASK_SECONDS": 60.0, "LIST_SECONDS": 60.0}
"""As long as a busy machine needs: for what is read at the replica in the end."""
PEOPLE = {
    "ada": ("police", ("analyst",)),
    "ben": ("police", ("analyst",)),
    "head": ("police", ("reviewer",)),
    "counter": (None, ("counter",)),
}


class Desk:
    """An installation whose lists are read from the cluster's standby."""

    def __init__(self, environ, cluster, name):
        self.cluster, self.name = cluster, name
        self.environ = environ | {"DENGSHAO_DATABASE_REPLICA": cluster.replica_url(name)}
        self.app = self._node()

    @contextmanager
    def another(self, **changed):
        """Make another node of the same installation, with some settings of its own."""
        app = self._node(**changed)
        try:
            yield app
        finally:
            close(app)

    def _node(self, **changed):
        return new_node(self.environ | changed)

    def open(self, unit_secrets):
        open_units(self.app, unit_secrets)
        with self.app.app_context():
            for name, (unit, roles) in PEOPLE.items():
                add_bare_member(db.session, name, unit, roles)
            db.session.commit()

    def enter(self, member_id, app=None):
        return desk_client(app or self.app).enter(member_id)

    def tip(self, unit_id="police"):
        return store_sealed(self.app, unit_id)


def new_node(environ):
    return quick(create_app(load_config(environ)))


def on(server, name):
    """Give the address of a database on one server of a cluster."""
    return f"{server.address.rpartition('/')[0]}/{name}"


def migrated(environ):
    """Bring a database to its newest form, with a login for each package."""
    app = new_node(environ)
    with app.app_context():
        migrate(db.engine)
        with db.engine.begin() as connection:
            grants.apply(connection, PREFIX)
    close(app)


def close(app):
    with app.app_context():
        db.dispose()


class Asked:
    """What the desk's readers were asked, at the standby and at the primary."""

    def __init__(self, app):
        self.there, self.here = [], []
        with app.app_context():
            for name, engine in db.engines.items():
                noted = self.there if name == replica.LISTS else self.here
                event.listen(engine, "before_cursor_execute", _noting(noted))

    def get(self, client, path):
        """Get a page, of which alone is noted what is asked: as the first one in two seconds."""
        with client.application.app_context():
            standings().forget()
        self.there.clear()
        self.here.clear()
        return client.get(path)

    @property
    def lists_there(self):
        return [one for one in self.there if " tip" in one]

    @property
    def lists_here(self):
        return [one for one in self.here if " tip" in one]


def _noting(noted):
    return lambda *given: noted.append(given[2])


def recuse(session, tip, members):
    row = {"id": random_key(), "tip_id": tip.id, "member_id": members["ada"]}
    session.execute(insert(Recusal).values(row | {"unit_id": "police", "declared_on": today()}))


def change_tip(**values):
    def change(session, tip, _members):
        session.execute(update(Tip).where(Tip.id == tip.id).values(values))

    return change
