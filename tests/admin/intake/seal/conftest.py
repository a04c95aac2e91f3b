"""An installation with scripts, served on a port of its own, and its reporters."""

from dataclasses import replace

import pytest

from admin.app_state import app_state
from admin.db import db
from admin.sealing import receipt
from admin.vault import store, vault
from tests.live import on_a_port, serving

from .chosen import Chooser
from .writer import Writer


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: what the browser does is the same on both."""
    return sqlite_url


@pytest.fixture
def environ(environ, bundles, site_folder):
    """An installation on a port of its own, with the theme's files and the pages' scripts."""
    return on_a_port(environ, bundles, site_folder)


@pytest.fixture
def address(app, config, units):
    """Serve the application, whose units are all open; its address."""
    with serving(app, config) as address:
        yield address


@pytest.fixture
def close(app):
    """Let some units be open no more, as when the last holder of a key left."""

    def close(*names):
        with app.app_context():
            district = app_state().district
            left = frozenset(pair for pair in district.fingerprints if pair[0] not in names)
            app_state().district = replace(district, fingerprints=left)
            vault().units._until = 0.0

    return close


@pytest.fixture
def write(visit, address):
    """Make a writer with a browser of their own."""

    def come(**options):
        return Writer(visit(**{"viewport": {"width": 360, "height": 740}, **options}), address)

    return come


@pytest.fixture
def writer(write):
    return write()


@pytest.fixture
def tip_of(app):
    """Find the tip that lies under a receipt; its id, or None."""

    def find(digits):
        with app.app_context():
            keys = receipt.derive(receipt.check(digits), app_state().site_id)
            tip = store.find_tip(db.reading, app_state().peppered(keys.lookup))
            return tip and tip.id

    return find


@pytest.fixture
def chooser(writer, tmp_path):
    """A writer with the form filled in, about to choose files."""
    folder = tmp_path / "chosen"
    folder.mkdir()
    writer.open()
    writer.fill()
    return Chooser(writer, folder)
