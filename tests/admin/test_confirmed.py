"""A unit that a second person confirmed opens without a restart, in development alone."""

from dataclasses import replace

import pytest

from admin import create_app
from admin.config import ROOT, Env
from admin.confirmed import ConfirmedKeys, publish
from admin.district import read_fingerprints
from admin.house import house
from tests.live import dispose

PRINT = "0123 4567 89ab cdef 0123 4567 89ab cdef"
OTHER = "ffff " * 7 + "ffff"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.yml"


def test_what_is_published_is_read_and_other_units_lines_stay(path):
    publish(path, [("police", OTHER), ("drugs", PRINT)])
    publish(path, [("police", PRINT)])

    assert read_fingerprints(ROOT / "content", path) == {("police", PRINT), ("drugs", PRINT)}
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


def test_a_change_is_seen_once_by_each_who_watches(path):
    watchers = [ConfirmedKeys(ROOT / "content", path) for _ in range(2)]
    assert [watcher.changed() for watcher in watchers] == [None, None]

    publish(path, [("police", PRINT)])

    assert [watcher.changed() for watcher in watchers] == [{("police", PRINT)}] * 2
    assert [watcher.changed() for watcher in watchers] == [None, None]


def test_a_slip_in_the_file_leaves_what_was_read(path):
    publish(path, [("police", PRINT)])
    watcher = ConfirmedKeys(ROOT / "content", path)

    path.write_text("items: [{id: police}]")

    assert watcher.changed() is None


def test_the_application_offers_a_unit_as_soon_as_it_was_confirmed(app, config):
    with app.app_context():
        assert ("police", PRINT) not in house().district.fingerprints
        publish(config.data / "keys.yml", [("police", PRINT)])
        assert ("police", PRINT) in house().district.fingerprints


def test_production_reads_the_editors_file_alone(config):
    production = replace(config, env=Env.PRODUCTION)
    publish(config.data / "keys.yml", [("police", PRINT)])
    app = create_app(production)

    with app.app_context():
        assert house().district.fingerprints == frozenset()
        publish(config.data / "keys.yml", [("police", OTHER)])
        assert house().district.fingerprints == frozenset()
    dispose(app)
