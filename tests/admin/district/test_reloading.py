"""A node reads new keys by itself, new data when it is asked to, and takes no file with a slip."""

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from threading import Event

import pytest

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, Env
from admin.district.data import load_district, read_keys
from admin.district.reloading import (
    Kept,
    Rereading,
    ask_to_reread,
)
from admin.logs import OWN
from admin.reading.keys_file import (
    KeyLine,
    replace_file,
    written,
)
from tests.live import dispose
from tests.support import PublicClient

PRINT = "0123 4567 89ab cdef 0123 4567 89ab cdef"
OTHER = " ".join(["ffff"] * 8)


def write(path, *lines):
    replace_file(path, written(lines, source="tests", checked=date(2026, 12, 1)))


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return tmp_path / "content"


@pytest.fixture
def data(tmp_path):
    (tmp_path / "node").mkdir()
    return tmp_path / "node"


@pytest.fixture
def keys(content):
    return content / "data" / "keys.yml"


@pytest.fixture
def node(content, data):
    """A process that has read its data: `node()` gives what it has now."""
    reading, kept = Rereading(content, data, None), [load_district(content)]

    def newest():
        kept[0] = reading.newest(kept[0])
        return kept[0]

    return newest


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.ERROR, OWN)
    return lambda: [record.getMessage() for record in caplog.records if record.name == OWN]


def test_new_keys_are_read_at_once_and_nothing_is_read_twice(node, keys):
    before = node()
    assert node() is before

    write(keys, KeyLine("police", PRINT), KeyLine("police", OTHER, date(2027, 1, 1)))

    after = node()
    assert after.fingerprints == {("police", PRINT)}
    assert after.retiring == {("police", OTHER, date(2027, 1, 1))}
    assert after.categories is before.categories
    assert node() is after


def test_a_slip_in_the_keys_leaves_what_was_read_and_is_named_once(node, keys, told):
    write(keys, KeyLine("police", PRINT))
    before = node()
    whole = keys.read_text("utf-8")

    keys.write_text(whole + "  - {id: drugs}\n", "utf-8")

    assert node() is before
    assert node() is before
    (line,) = told()
    assert f"{keys} 第 " in line
    keys.write_text(whole.replace(PRINT, OTHER), "utf-8")
    assert node().fingerprints == {("police", OTHER)}


def test_other_data_is_read_when_it_is_asked_for_and_all_of_it_together(node, content, data):
    names, outcomes = content / "data" / "townships.yml", content / "data" / "outcomes.yml"
    before = node()
    names.write_text(names.read_text("utf-8").replace("河口乡", "河口镇"), "utf-8")
    outcomes.write_text(
        outcomes.read_text("utf-8").replace("purge_days: 7", "purge_days: 9"), "utf-8"
    )
    assert node() is before

    ask_to_reread(data)

    after = node()
    assert "河口镇" in {row.zh for row in after.townships.values()}
    assert node() is after


@pytest.mark.parametrize("name", ["routes", "categories", "deadlines", "keys", "outcomes"])
def test_of_a_broken_file_nothing_is_taken_and_the_file_is_named(node, content, data, told, name):
    path = content / "data" / f"{name}.yml"
    names = content / "data" / "townships.yml"
    names.write_text(names.read_text("utf-8").replace("河口乡", "河口镇"), "utf-8")
    before = node()
    whole = path.read_text("utf-8")
    path.write_text(f"{whole}\n items: [", "utf-8")
    ask_to_reread(data)

    assert node() == before
    assert any(f"{name}.yml 第 " in line for line in told())
    path.write_text(whole, "utf-8")
    ask_to_reread(data)
    assert "河口镇" in {row.zh for row in node().townships.values()}


@pytest.mark.parametrize("name", ["keys", "townships", "routes"])
def test_what_was_asked_for_comes_when_a_slip_made_meanwhile_is_mended(
    node, content, data, told, name
):
    """`reload` checked it; then somebody slipped, before this process had looked."""
    outcomes, path = content / "data" / "outcomes.yml", content / "data" / f"{name}.yml"
    before = node()
    outcomes.write_text(
        outcomes.read_text("utf-8").replace("purge_days: 7", "purge_days: 9"), "utf-8"
    )
    ask_to_reread(data)
    whole = path.read_text("utf-8")
    path.write_text(f"{whole}\n items: [", "utf-8")
    assert node() is before
    assert node() is before
    assert len(told()) == 1

    path.write_text(whole, "utf-8")

    after = node()
    assert 9 in {row.purge_days for row in after.outcomes.values()}
    assert node() is after


@pytest.mark.parametrize("is_asked", [True, False])
def test_new_keys_come_whatever_is_wrong_elsewhere(node, content, data, keys, is_asked):
    """Keys are read with the units of routes.yml: a slip there delays them, and loses none."""
    name = "townships" if is_asked else "routes"
    path = content / "data" / f"{name}.yml"
    whole = path.read_text("utf-8")
    before = node()
    path.write_text(f"{whole}\n items: [", "utf-8")
    if is_asked:
        ask_to_reread(data)
    write(keys, KeyLine("police", PRINT))

    assert (node().fingerprints == {("police", PRINT)}) is is_asked
    assert node().townships == before.townships
    path.write_text(whole, "utf-8")
    assert node().fingerprints == {("police", PRINT)}


def test_a_process_made_of_what_another_read_takes_no_edit_and_no_slip(config, content):
    """gunicorn's first process reads, and each worker is made of what it has."""
    copied = replace(config, content=content)
    kept = Kept(copied)
    names, keys = content / "data" / "townships.yml", content / "data" / "keys.yml"
    names.write_text(names.read_text("utf-8").replace("河口乡", "河口镇"), "utf-8")
    keys.write_text(keys.read_text("utf-8") + "\n items: [", "utf-8")

    app = create_app(copied, kept)

    with app.app_context():
        assert "河口乡" in {row.zh for row in app_state().district.townships.values()}
    dispose(app)


def test_the_first_process_outlives_a_fault_that_nobody_foresaw(node, content, data, told):
    schema = content / "data" / "schema" / "townships.json"
    before = node()
    schema.write_text('{"$ref": "#/nowhere"}', "utf-8")
    ask_to_reread(data)

    assert node() is before
    assert len(told()) == 1


def test_every_application_of_a_data_folder_hears_of_it(content, data):
    readings = [Rereading(content, data, None) for _ in range(3)]
    district = load_district(content)

    ask_to_reread(data)

    assert all(reading.newest(district) is not district for reading in readings)
    assert all(reading.newest(district) is district for reading in readings)


def test_production_reads_the_editors_file_alone(config):
    write(config.data / "keys.yml", KeyLine("police", PRINT))
    app = create_app(replace(config, env=Env.PRODUCTION))

    with app.app_context():
        assert app_state().district.fingerprints == frozenset()
        write(config.data / "keys.yml", KeyLine("police", OTHER))
        assert app_state().district.fingerprints == frozenset()
    dispose(app)


def test_pages_show_the_new_data(units, content, config):
    """Nothing keeps its own copy: footer, form and routes are of the district as it is now."""
    copied = replace(config, content=content)
    changed = create_app(copied)
    visitor = PublicClient(changed, changed.response_class)
    first = visitor.get("/tip/").text
    assert "河口乡" in first, first
    assert "河口镇" not in first
    before = visitor.get("/tip/routes.json").json
    for name, old, new in (
        ("townships", "河口乡", "河口镇"),
        ("footer", "主办单位", "主办机关"),
        ("routes", "unit: trade", "unit: police"),
    ):
        path = content / "data" / f"{name}.yml"
        text = path.read_text("utf-8")
        assert old in text, name
        path.write_text(text.replace(old, new), "utf-8")

    ask_to_reread(config.data)

    page = visitor.get("/tip/").text
    assert "河口镇" in page
    assert "主办机关" in page
    assert visitor.get("/tip/routes.json").json["offices"] != before["offices"]
    dispose(changed)


def test_who_asks_while_another_thread_reads_gets_what_is_new(config, content, monkeypatch):
    """`keys apply` fetches what the public reads in the very moment after it has written."""
    kept = Kept(replace(config, content=content, env=Env.PRODUCTION))
    reading, go_on = Event(), Event()

    def read_slowly(*args):
        reading.set()
        assert go_on.wait(60)
        return read_keys(*args)

    monkeypatch.setattr("admin.district.reloading.read_keys", read_slowly)
    write(content / "data" / "keys.yml", KeyLine("police", PRINT))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.newest)
        assert reading.wait(60)
        second = pool.submit(kept.newest)
        # Neither may answer before the file is read: the second has nothing newer to give.
        _, waiting = wait([first, second], timeout=0.2)
        go_on.set()
        found = [one.result(60).fingerprints for one in (first, second)]
    assert (len(waiting), found) == (2, [{("police", PRINT)}] * 2)
