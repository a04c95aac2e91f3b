"""The application as a whole: migrations, hosts, headers."""

import gc

import pytest
from sqlalchemy import inspect, select

from admin import create_app
from admin.app_state import app_state
from admin.config import load_config
from admin.db import db
from admin.migrate import migrate
from admin.models import Base, Setting
from tests.support import open_files


def test_a_migration_makes_every_table_and_column_of_the_models(app):
    with app.app_context():
        found = inspect(db.engine)
        for table in Base.metadata.sorted_tables:
            columns = {column["name"] for column in found.get_columns(table.name)}
            assert columns == set(table.columns.keys()), table.name


def test_the_site_id_is_16_hexadecimal_characters_and_stays(app):
    with app.app_context():
        first = app_state().site_id
        assert int(first, 16) >= 0
        assert len(first) == 16
        kept = select(Setting.value).where(Setting.name == "site_id")
        assert db.session.execute(kept).scalar_one() == first


def test_the_desk_answers_on_its_own_host_only(app, config):
    client = app.test_client()

    page = client.get("/desk/", headers={"Host": config.public_host})

    assert page.status_code == 302
    assert page.location == f"http://{config.desk_host}/desk/"


STRANGE_HOSTS = ["evil.example", "127.0.0.1", "localhost", "127.0.0.1.evil.example:8000", ""]


@pytest.mark.table
@pytest.mark.parametrize("address", ["/tip/", "/desk/", "/", "/keys.json", "/app/old.js"])
@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_a_host_that_is_not_ours_gets_no_page_and_no_way_to_one(app, host, address):
    page = app.test_client().get(address, headers={"Host": host})

    assert page.status_code == 421
    assert "Location" not in page.headers
    assert host not in page.text or not host


def test_a_further_name_of_the_public_pages_is_served_and_leads_to_the_one_desk(environ):
    config = load_config({**environ, "DENGSHAO_MORE_HOSTS": "abc.ONION, second.example"})
    app = create_app(config)
    with app.app_context():
        migrate(db.engine)
    client = app.test_client()

    for host in ("abc.onion", "Second.Example"):
        assert client.get("/mailbox/", headers={"Host": host}).status_code == 200
        assert client.get("/desk/", headers={"Host": host}).location.startswith(
            f"http://{config.desk_host}/"
        )
    with app.app_context():
        db.dispose()


def test_the_public_pages_answer_on_the_public_host_only(app, config):
    page = app.test_client().get("/tip/?official=yes", headers={"Host": config.desk_host})

    assert page.location == f"http://{config.public_host}/tip/?official=yes"


def test_an_application_that_is_gone_leaves_no_file_open(config):
    before = open_files()
    run_once(config)
    while gc.collect():
        continue  # What is let go at one round's end is found by the next.

    assert open_files() <= before


def run_once(config):
    app = create_app(config)
    with app.app_context():
        migrate(db.engine)
        db.session.add(Setting(name="one", value="1"))
        db.session.commit()
    with app.app_context():
        db.dispose()


@pytest.mark.parametrize(
    ("env", "begins", "ends"),
    [
        ("production", "__Host-desk=", "; Secure; HttpOnly; Path=/; SameSite=Strict"),
        # On plain http a browser takes no such name.
        ("development", "desk=", "; HttpOnly; Path=/desk/; SameSite=Strict"),
    ],
)
def test_the_desks_cookie_is_bound_to_its_host_where_tls_lets_it_be(tmp_path, env, begins, ends):
    (tmp_path / "secret").write_text("00" * 32)
    config = load_config(
        {
            "DENGSHAO_ENV": env,
            "DENGSHAO_DATA": str(tmp_path),
            "DENGSHAO_PUBLIC_HOST": "tips.example.org",
            "DENGSHAO_DESK_HOST": "desk.example.org",
        }
    )
    app = create_app(config)

    page = app.test_client().get("/desk/sign-in", headers={"Host": "desk.example.org"})

    (cookie,) = page.headers.getlist("Set-Cookie")
    assert cookie.startswith(begins)
    assert cookie.endswith(ends)
    assert "Domain" not in cookie
    with app.app_context():
        db.dispose()
