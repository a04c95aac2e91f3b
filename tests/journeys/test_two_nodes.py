"""Two nodes behind one nginx, on one database: what one was told and the other is asked."""

import base64
import json
import re
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from admin import create_app
from admin.db import db, today
from admin.models import StaffSession, UnitKey
from admin.sealing.seen import Seen, open_seen
from admin.serving.server import prepare
from admin.serving.sweeper import keep_seen
from tests.admin.desk.conftest import clear_for, members, sign_in  # noqa: F401
from tests.admin.intake.seal.test_draft import BACK, is_kept
from tests.admin.intake.seal.writer import WORDS, Writer
from tests.admin.mailbox.conftest import UnitKeys, make_reporter
from tests.live import serving
from tests.ports import free_port

from .proxied import DESK, PUBLIC, start_nginx
from .test_nginx import FORM, NGINX, folder_of_site  # noqa: F401

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")
NODE = "X-Node"
# Requests go round: among so many each node has answered one.
TURNS = 40


@pytest.fixture
def environ(environ, bundles):
    return environ | {
        "DENGSHAO_PUBLIC_HOST": PUBLIC,
        "DENGSHAO_DESK_HOST": DESK,
        # A browser knows this name without being told.
        "DENGSHAO_MORE_HOSTS": "localhost",
        "DENGSHAO_BUNDLES": str(bundles),
    }


@pytest.fixture
def nodes(app, config, units):
    """Two applications as two machines run them: the same settings and secret, no shared memory."""
    made = {"one": app, "other": create_app(config)}
    for name, node in made.items():
        node.after_request(lambda answer, name=name: named(answer, name))
    yield made
    with made["other"].app_context():
        db.dispose()


def named(answer, name):
    answer.headers[NODE] = name
    return answer


@pytest.fixture
def nginx(nodes, config, tmp_path, folder_of_site):  # noqa: F811
    with ExitStack() as stack:
        binds = [f"127.0.0.1:{free_port()}" for _ in nodes]
        for node, bind in zip(nodes.values(), binds, strict=True):
            stack.enter_context(serving(node, replace(config, bind=bind)))
        both = "; server ".join(binds)
        names = [(f"server_name {PUBLIC};", f"server_name {PUBLIC} localhost;")]
        running = start_nginx(NGINX, tmp_path / "nginx", folder_of_site, app=both, changes=names)
        stack.callback(running.stop)
        yield running


def answered_by(node, ask):
    """Ask until this node has answered; gives the answer's text."""
    for _turn in range(TURNS):
        answer, text = ask()
        assert answer.status == 200, text
        if answer.headers[NODE] == node:
            return text
    raise AssertionError(f"{node} never answered")


@pytest.fixture
def reporter(app, units):
    with app.app_context():
        key_id = db.session.scalars(select(UnitKey.id).where(UnitKey.unit_id == "police")).one()
    keys = units["police"]
    return make_reporter(app, UnitKeys(keys.identity, keys.recovery, key_id))


def test_what_one_node_wrote_of_what_the_reporter_saw_the_desk_of_the_other_shows(
    nodes,
    nginx,
    app,
    reporter,
    sign_in,  # noqa: F811
):
    reporter.answer("几点？")
    cookie = sign_in("police-1").client.get_cookie("desk", DESK, "/desk/")
    body = urlencode({"receipt": reporter.typed}).encode()
    page = answered_by("one", lambda: nginx.post("/mailbox/", body, FORM))
    assert "几点？" in page

    assert keep_seen(nodes["one"]) == 1

    clear_for(app)
    path = f"/desk/tips/{reporter.reference}/sealed.json"
    signed_in = {"Cookie": f"desk={cookie.value}"}
    content = json.loads(answered_by("other", lambda: nginx.get(path, DESK, **signed_in)))
    box = base64.b64decode(content["seen"])
    seen = open_seen(reporter.keys.talk, reporter.reference, box)
    assert seen == Seen(1, today(), content["messages"][0]["digest"])


@pytest.mark.parametrize("path", ["/tip/", "/mailbox/"])
def test_the_key_of_a_draft_is_given_again_by_the_node_that_did_not_make_it(nginx, path):
    page = answered_by("one", lambda: nginx.get(path))
    ticket, key = re.search(r'data-draft="(\S+) (\S+)"', page).groups()
    body = json.dumps({"ticket": ticket}).encode()

    for node in ("other", "one"):
        told = answered_by(node, lambda: nginx.post(f"{path}draft", body, "application/json"))
        assert json.loads(told) == {"keep": key}


@pytest.mark.browser
def test_what_was_typed_is_filled_in_again_whichever_node_answers_the_reload(nginx, visit):
    page = visit(ignore_https_errors=True)
    # A phone that asks nothing before it leaves a page.
    page.add_init_script(
        "window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)"
    )
    writer = Writer(page, f"https://localhost:{nginx.port}")
    writer.open()
    writer.fill()
    is_kept(writer)

    pages, keys = set(), set()
    for turn in range(TURNS):
        if turn % 2:
            # Or each load, of as many requests as the last one, might begin at the same node.
            nginx.get("/tip/")
        with page.expect_response("**/tip/draft") as asked:
            pages.add(page.reload().headers["x-node"])
        keys.add(asked.value.headers["x-node"])
        writer.sees(BACK)
        expect(page.locator("#what")).to_have_value(WORDS)
        if len(pages) == len(keys) == 2:
            break
    assert pages == keys == {"one", "other"}


def test_a_start_of_one_node_ends_no_sign_in_and_a_sign_out_ends_it_on_both(
    nodes,
    app,
    units,
    sign_in,  # noqa: F811
):
    cookie = sign_in("police-1").client.get_cookie("desk", DESK, "/desk/")
    clients = {name: node.test_client() for name, node in nodes.items()}
    for client in clients.values():
        client.set_cookie("desk", cookie.value, domain=DESK, path="/desk/")

    prepare(nodes["other"])

    assert statuses(clients) == {"one": 200, "other": 200}
    with app.app_context():
        db.session.execute(delete(StaffSession))
        db.session.commit()
    assert statuses(clients) == {"one": 302, "other": 302}


def statuses(clients):
    there = f"http://{DESK}"
    return {name: one.get("/desk/", base_url=there).status_code for name, one in clients.items()}
