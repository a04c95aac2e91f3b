"""Real parts: a migrated SQLite file or a real PostgreSQL, an application on top, no fakes."""

import gc
import os
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from admin import clock, create_app
from admin.config import ROOT, load_config
from admin.db import SHANGHAI, db
from admin.sealing import member
from admin.sealing.age import HybridIdentity
from admin.wire.request_lock import RequestLock
from tests import connections, databases, in_memory
from tests.hostile_store import hostile_store
from tests.installations import migrated_store, new_installation, open_units

# One browser, one set of bundles and one demo for the whole session.
from tests.live import (  # noqa: F401
    browser,
    bundles,
    demo,
    demo_store,
    live,
    site_folder,
    undrawn,
    visit,
)
from tests.longest import longest_first
from tests.quick_apps import keep_checked, keep_routes, keep_statements, keep_stretched, quick
from tests.s3 import running_s3
from tests.tables import first_rows

# How long one example takes is a matter of the machine, and tests judge no time.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# A mail server of aiosmtpd is given five seconds else until it answers.
os.environ["AIOSMTPD_CONTROLLER_TIMEOUT"] = "60"

SHARED = ROOT.parent / "shared"

connections.watch()
keep_routes()
keep_checked()
keep_statements()
keep_stretched()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Keep the run's files in memory; the processes of a run have what the first one has."""
    if "PYTEST_XDIST_WORKER" not in os.environ and (folder := in_memory.take_memory()):
        config.add_cleanup(lambda: in_memory.give_back(folder))


def pytest_addoption(parser):
    parser.addoption(
        "--databases",
        default="sqlite,postgresql",
        help="databases to run the suite on, comma separated",
    )
    parser.addoption(
        "--logins",
        action="store_true",
        help="let each package ask PostgreSQL as a login of its own",
    )


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        names = metafunc.config.getoption("--databases").split(",")
        metafunc.parametrize("database", names, indirect=True, scope="session")


# A page that hangs costs no quarter of an hour; the slowest test in a browser takes a third of it.
BROWSER_SECONDS = 300


def pytest_itemcollected(item):
    """Mark what opens a page, so that none is forgotten: `make test-quick` leaves it out."""
    if "browser" in item.fixturenames:
        item.add_marker(pytest.mark.browser)
    if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
        item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items[:], left = first_rows(items)
    config.hook.pytest_deselected(items=left)
    longest_first(items, Path(__file__).parent)


def pytest_collection_finish():
    """Let no garbage collection walk through the thousands of tests and all that is imported."""
    gc.collect()
    gc.freeze()
    # An application leaves many small things behind: looked at seldom, they cost a tenth less.
    gc.set_threshold(50_000, 20, 20)


# Longer than nearly every test takes.
MIDNIGHT_SECONDS = 60


def seconds_to_midnight():
    """Tell how much is left of the only kind of day that this software writes down."""
    now = datetime.now(SHANGHAI)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1) - now).total_seconds()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Begin no test right before midnight: half of it would lie in another day, month or year."""
    while (left := seconds_to_midnight()) < MIDNIGHT_SECONDS:
        time.sleep(left)


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


@pytest.fixture(autouse=True)
def own_clock():
    """Let no test hand on the moment that its sweep believed: others turn the clock."""
    yield
    clock.release()


@pytest.fixture(autouse=True)
def no_sample(monkeypatch):
    """Draw no end for a second look by chance: what a test counts must not hang on a die.

    Where the sample is the matter, the test says what is drawn.
    """
    monkeypatch.setattr("admin.desk.seconding.is_drawn", lambda _percent: False)


@pytest.fixture
def on_disk():
    """A folder on a disk, wherever the run's own files lie."""
    with tempfile.TemporaryDirectory(prefix="dengshao-", dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql():
    """The address of a real PostgreSQL server, started once."""
    with databases.running_postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def database(request):
    """`sqlite` or `postgresql`; a test that takes `app` runs on both."""
    return request.param


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """An SQLite file in its newest form, to be copied."""
    return databases.migrated_file(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def pool(postgresql, tmp_path_factory):
    """Databases of PostgreSQL in their newest form, for one test after another."""
    return databases.Pool(postgresql, tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def sqlite_url(migrated_file, tmp_path):
    """An SQLite database of one test's own, in its newest form."""
    return databases.copied(migrated_file, tmp_path / "data")


@pytest.fixture
def database_url(database, tmp_path, request):
    """A database of one test's own: for an `app` in its newest form, otherwise empty."""
    data = tmp_path / "data"
    if "app" in request.fixturenames:
        with migrated_store(request, database, data) as address:
            yield address
    elif database == "sqlite":
        yield f"sqlite:///{data / 'dengshao.sqlite3'}"
    else:
        server, name = request.getfixturevalue("postgresql"), databases.new_name("t")
        yield databases.create_database(server, name)
        databases.drop_database(server, name)


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


@pytest.fixture
def hostile(s3_server, monkeypatch):
    """A line to a real S3 server that spoils what it is told to; patience is shorter than ours."""
    monkeypatch.setattr("admin.vault.files.opening.ANSWER_SECONDS", 2)
    monkeypatch.setattr("admin.vault.files.remote.AGAIN_SECONDS", 1.5)
    monkeypatch.setattr("admin.vault.files.remote._PAUSES", (0.01, 0.04))
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    with hostile_store(s3_server) as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
        yield store


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


@pytest.fixture(scope="session")
def confirmed_keys(unit_secrets):
    """The words of the keys file in which a second person has confirmed the units' keys."""
    rows = [{"id": name, "fingerprint": unit.fingerprint} for name, unit in unit_secrets.items()]
    return yaml.safe_dump({"source": "tests", "checked": "2026-11-24", "items": rows})


@pytest.fixture
def environ(tmp_path, database_url, confirmed_keys, logins_apart):
    """The environment of a test's installation; a second person has confirmed the units' keys."""
    made = new_installation(tmp_path, database_url, confirmed_keys)
    return made | databases.apart(database_url) if logins_apart else made


@pytest.fixture(autouse=True)
def nothing_refused(request):
    """With `--logins`, fail where the database refused a package what a page of it asked."""
    databases.take_refused()
    yield
    if "logins_apart" in request.fixturenames and request.config.getoption("--logins"):
        assert databases.take_refused() == []


@pytest.fixture
def logins_apart(database_url, request):
    """Whether the packages of this test's application ask as logins of their own (`--logins`)."""
    is_asked = request.config.getoption("--logins")
    return is_asked and "app" in request.fixturenames and database_url.startswith("postgresql")


@pytest.fixture
def config(environ):
    return load_config(environ)


@pytest.fixture
def app(config):
    """A migrated application on a database of its own, with no units yet."""
    app = quick(create_app(config))
    app.testing = True
    yield app
    with app.app_context():
        db.dispose()


@pytest.fixture
def units(app, unit_secrets):
    """The units of the demo district, open for tips; gives their secrets by unit."""
    open_units(app, unit_secrets)
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
