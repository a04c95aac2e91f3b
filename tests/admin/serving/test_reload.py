"""`dengshao reload`: what it checks before anybody reads anew, and what it refuses."""

import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from admin.cli import main
from admin.config import ROOT, Env, load_config
from admin.district import public_keys
from admin.district.data import load_district, routes_digest
from admin.district.reloading import Kept
from admin.logs import OWN
from admin.serving.server import Server, gunicorn_options

FILES = sorted(path.stem for path in (ROOT / "content" / "data").glob("*.yml"))


@pytest.fixture
def environ(environ, tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return environ | {"DENGSHAO_CONTENT": str(tmp_path / "content")}


@pytest.fixture
def data(tmp_path):
    """The folder with the data files."""
    return tmp_path / "content" / "data"


@pytest.fixture
def asked(config):
    """Tell whether a running server was asked to read anew."""
    return (config.data / "reread").exists


@pytest.fixture
def type_in(environ):
    return lambda *words, **more: CliRunner().invoke(main, words, env=environ | more)


@pytest.fixture
def hang_up(config):
    """The first process of gunicorn, as SIGHUP finds it."""

    def make(env):
        found = replace(config, env=env)
        options = gunicorn_options(found, workers=1, threads=1)
        return Server(lambda _kept: None, options, found, Kept(found)).reread

    return make


def test_what_lies_in_the_folder_can_be_read(type_in, asked):
    result = type_in("reload")

    assert result.exit_code == 0, result.output
    assert asked()


@pytest.mark.table
@pytest.mark.parametrize("name", FILES)
def test_a_slip_in_any_file_is_named_and_nothing_is_asked_for(type_in, asked, data, name):
    path = data / f"{name}.yml"
    path.write_text(path.read_text("utf-8") + "\n items: [", "utf-8")

    result = type_in("reload")

    assert result.exit_code == 1, result.output
    assert f"{path} 第 " in result.output
    assert not asked()


def test_a_word_too_many_is_found_by_the_files_schema(type_in, asked, data):
    path = data / "quizzes.yml"
    path.write_text(path.read_text("utf-8") + "\nverified: true\n", "utf-8")

    assert f"{path} 第 " in type_in("reload").output
    assert not asked()


def test_a_signal_checks_every_file_too(hang_up, asked, data, caplog):
    reread = hang_up(Env.DEVELOPMENT)
    path = data / "crisis.yml"
    whole = path.read_text("utf-8")
    path.write_text(whole + "\n items: [", "utf-8")

    reread()

    assert not asked()
    assert any("crisis.yml 第 " in row.getMessage() for row in caplog.records if row.name == OWN)
    path.write_text(whole, "utf-8")
    reread()
    assert asked()


PRODUCTION = {
    "DENGSHAO_ENV": "production",
    "DENGSHAO_PUBLIC_HOST": "lamp.example",
    "DENGSHAO_DESK_HOST": "desk.example",
}


class Public:
    """The static site as the public gets it; None: nobody answers."""

    status = 200

    def __init__(self, content):
        self.routes = routes_digest(load_district(content))

    def request(self, *_asked, **_more):
        if self.routes is None:
            raise ConnectionRefusedError

    def getresponse(self):
        return self

    def read(self, _most):
        return json.dumps({"keys": [], "retiring": [], "routes": self.routes}).encode()

    def close(self):
        """Nothing is open."""


@pytest.fixture
def public(monkeypatch, config):
    found = Public(config.content)
    monkeypatch.setattr(public_keys, "_connection", lambda _config: found)
    # A server runs on this folder.
    monkeypatch.setattr("admin.commands.serving.serving_pid", lambda _lock: 1)
    return found


def change_routes(data, content):
    path = data / "routes.yml"
    path.write_text(path.read_text("utf-8").replace("unit: trade", "unit: police"), "utf-8")
    return routes_digest(load_district(content))


def test_in_production_routes_that_the_site_does_not_publish_are_refused(
    type_in, asked, data, config, public
):
    """Else each reporter with scripts would be told that the routes are false."""
    new = change_routes(data, config.content)

    refused = type_in("reload", **PRODUCTION)

    assert refused.exit_code == 1, refused.output
    assert "先重新建网站" in refused.output
    assert not asked()
    public.routes = new
    done = type_in("reload", **PRODUCTION)
    assert done.exit_code == 0, done.output
    assert asked()


def test_in_production_an_edit_beside_the_routes_needs_no_new_site(type_in, asked, data, public):
    path = data / "townships.yml"
    path.write_text(path.read_text("utf-8").replace("河口乡", "河口镇"), "utf-8")

    assert type_in("reload", **PRODUCTION).exit_code == 0
    assert asked()


def test_where_the_site_does_not_answer_the_operator_says_so(type_in, asked, public):
    public.routes = None

    refused = type_in("reload", **PRODUCTION)

    assert refused.exit_code == 1, refused.output
    assert "--unseen" in refused.output
    assert not asked()
    assert type_in("reload", "--unseen", **PRODUCTION).exit_code == 0
    assert asked()


def test_what_differs_is_refused_though_the_operator_lets_a_silent_site_pass(
    type_in, asked, data, config, public
):
    change_routes(data, config.content)

    assert type_in("reload", "--unseen", **PRODUCTION).exit_code == 1
    assert not asked()


def test_a_signal_in_production_looks_at_the_site_where_the_routes_changed(
    hang_up, asked, data, config, public, caplog
):
    reread = hang_up(Env.PRODUCTION)
    was, public.routes = public.routes, None
    reread()
    assert asked()
    (config.data / "reread").unlink()
    new = change_routes(data, config.content)
    for public.routes in (None, was):
        reread()
        assert not asked()
    assert any("先重新建网站" in row.getMessage() for row in caplog.records if row.name == OWN)
    public.routes = new
    reread()
    assert asked()


def test_development_publishes_what_it_goes_by_and_needs_no_new_site(type_in, data, config):
    change_routes(data, config.content)

    assert type_in("reload").exit_code == 0
    assert load_config({"DENGSHAO_DATA": str(config.data)}).env is Env.DEVELOPMENT
