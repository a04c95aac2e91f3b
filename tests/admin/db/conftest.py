"""An installation on two PostgreSQL servers, of which one stands ready to take over."""

import threading

import pytest

from admin import create_app
from admin.config import load_config
from admin.db import db
from admin.migrate import migrate
from tests.cluster import running_cluster
from tests.databases import new_name
from tests.installations import new_installation, open_units
from tests.quick_apps import quick


@pytest.fixture(scope="module")
def cluster():
    with running_cluster() as servers:
        yield servers


@pytest.fixture
def on_cluster(cluster, tmp_path, confirmed_keys, unit_secrets):
    """An application whose acknowledgements wait for the standby."""
    url = cluster.create_database(new_name("t"))
    app = quick(create_app(load_config(new_installation(tmp_path, url, confirmed_keys))))
    with app.app_context():
        migrate(db.engine)
    open_units(app, unit_secrets)
    yield app
    with app.app_context():
        db.dispose()


@pytest.fixture
def at_once():
    """Run a function in threads beside the test; gives a function that starts them."""
    threads = []

    def start(work, times):
        threads.extend(threading.Thread(target=work) for _ in range(times))
        for thread in threads:
            thread.start()
        return threads

    yield start
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
