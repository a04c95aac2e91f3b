"""A member without scripts, whose database goes away: what was typed stays, and counts later."""

import os

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from admin.db import db
from admin.models import SavedFilter
from admin.signin.guard import SID
from tests import databases
from tests.live import start_server
from tests.signing_in import cookie_of
from tests.support import WIDE_BUDGETS, add_bare_member, desk_client

pytestmark = pytest.mark.browser

NAME = "我盯着的 三条"


@pytest.fixture
def served(pool, bundles, site_folder, tmp_path):
    """A server on PostgreSQL with the logins apart, and the name of its database."""
    with pool.lent() as url:
        environ = databases.apart(url) | {
            "DENGSHAO_DATA": str(tmp_path / "data"),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            **WIDE_BUDGETS,
        }
        (tmp_path / "data").mkdir()
        server = start_server(environ)
        yield server, make_url(url).database
        server.stop()


def take_away(postgresql, name):
    """Let nobody in any more, and send away who is there."""
    databases.run(
        postgresql,
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'",
    )


def give_back(postgresql, name):
    databases.run(postgresql, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.fixture
def member(served):
    """The cookie of a member who is signed in."""
    server, _name = served
    with server.app.app_context():
        ada = add_bare_member(db.session).id
        db.session.commit()
    client = desk_client(server.app).enter(ada)
    with client.session_transaction("/desk/", base_url=server.desk) as session:
        return cookie_of(server, {SID: session[SID]})


@pytest.mark.parametrize("width", [360, 1280])
def test_what_was_typed_stands_on_the_page_of_the_fault_and_is_sent_by_one_press(
    served, member, postgresql, visit, width
):
    server, name = served
    page = visit(viewport={"width": width, "height": 780}, java_script_enabled=False)
    page.context.add_cookies([member])
    page.goto(f"{server.desk}/desk/?urgency=P1")
    page.fill("#view-name", NAME)
    take_away(postgresql, name)
    page.click("form[action='/desk/filters'] button")

    assert "系统正忙" in page.locator("[role=alert]").inner_text()
    assert page.locator("textarea").input_value() == NAME
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/typed-{width}.png", full_page=True)
    page.get_by_role("button", name="再试一次").click()
    assert page.locator("textarea").input_value() == NAME
    give_back(postgresql, name)
    page.get_by_role("button", name="再试一次").click()
    page.wait_for_url(lambda url: "said=saved" in url)

    with server.app.app_context():
        saved = db.session.scalars(select(SavedFilter)).one()
    assert (saved.name, "P1" in saved.query) == (NAME, True)
