"""`keys apply` in production shape: nginx with TLS publishes the site, two workers take tips."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import yaml

from admin.config import ROOT
from tests.pages.filled import fill_in
from tests.ports import free_port

from .proxied import start_nginx
from .served import DENGSHAO, start
from .test_nginx import NGINX

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")


def build(folder):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    subprocess.run([*command, "--site-dir", "build"], cwd=folder, check=True)


@pytest.fixture
def house(tmp_path, demo_store):
    """What an operator has: words, theme, data and a secret. The police's key is not published."""
    folder = tmp_path / "house"
    for name in ("content", "site"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(demo_store[0], folder / "var")
    # The demo's members stand in for the district's own, whom production asks for.
    with closing(sqlite3.connect(folder / "var" / "dengshao.sqlite3")) as store, store:
        store.execute("DELETE FROM setting WHERE name = 'demo'")
        store.execute("UPDATE unit_key SET confirmed_by = 'upper-1' WHERE unit_id = 'police'")
    lines = yaml.safe_load((folder / "var" / "keys.yml").read_text("utf-8"))["items"]
    path = folder / "content" / "data" / "keys.yml"
    kept = yaml.safe_load(path.read_text("utf-8"))
    kept["items"] = [line for line in lines if line["id"] != "police"]
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")
    fill_in(folder)
    build(folder)
    [police] = [line["fingerprint"] for line in lines if line["id"] == "police"]
    return folder, police


@pytest.fixture
def bind():
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def nginx(tmp_path, bind, house):
    """The example's proxy, with a certificate that the operator's machine trusts."""
    changes = [("server_name tips.example;", "server_name localhost;")]
    running = start_nginx(NGINX, tmp_path / "nginx", house[0] / "build", app=bind, changes=changes)
    yield running
    running.stop()


@pytest.fixture
def production(tmp_path, nginx, bind, house, bundles, monkeypatch):
    """The app behind it, and the operator's environment."""
    folder, _police = house
    environ = {
        "DENGSHAO_ENV": "production",
        "DENGSHAO_ALLOW_SWAP": "yes",
        "DENGSHAO_BIND": bind,
        "DENGSHAO_PUBLIC_HOST": f"localhost:{nginx.port}",
        "DENGSHAO_DESK_HOST": "desk.example",
        # nginx leaves the port out of what it passes on.
        "DENGSHAO_MORE_HOSTS": "localhost",
        "DENGSHAO_DATA": str(folder / "var"),
        "DENGSHAO_CONTENT": str(folder / "content"),
        "DENGSHAO_SITE": str(nginx.folder / "site"),
        "SSL_CERT_FILE": str(nginx.folder / "tips.example.pem"),
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    served = start(
        tmp_path, bundles=bundles, site=nginx.folder / "site", arguments=["serve"], budgets=environ
    )
    yield served
    served.stop()


def run(*words):
    done = subprocess.run(
        [DENGSHAO, *words], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


def public(nginx, path):
    answer, body = nginx.get(path, host="localhost")
    assert answer.status == 200
    return body


def readers(nginx):
    """To what the form seals for the police, by one of the workers."""
    return json.loads(public(nginx, "/tip/routes.json"))["units"]["police"]["recipients"]


def test_a_confirmed_key_is_published_over_tls_and_read_back_as_a_reporter_reads_it(
    nginx, production, house
):
    _folder, police = house
    assert police not in public(nginx, "/keys.json")
    assert readers(nginx) == []

    code, told, wrong = run("keys", "apply", "--fingerprint", f"police={police}")

    assert code == 0, told + wrong
    assert f"https://localhost:{nginx.port}/keys.json" in told
    assert f"police\t{police}" in told
    assert police in public(nginx, "/keys.json")
    # The page for people, too; and every worker takes tips for the unit, without a restart.
    page = public(nginx, "/report/keys/")
    assert all(f'"receipt__group">{group}<' in page for group in police.split()), told + wrong
    assert all(len(readers(nginx)) == 2 for _ in range(12))
    assert "好\t公众看到的密钥" in run("doctor")[1]


def test_where_nginx_publishes_another_folder_the_command_says_what_the_public_sees(
    nginx, production, house, monkeypatch, tmp_path
):
    _folder, police = house
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(nginx.folder / "site", elsewhere)
    monkeypatch.setenv("DENGSHAO_SITE", str(elsewhere))

    code, _told, wrong = run("keys", "apply", "--fingerprint", f"police={police}")

    assert code == 1
    assert f"公众看不到 police 的 {police}" in wrong
    assert "公众看到的密钥" in run("doctor")[1]
