"""Forged requests: every act of the desk asks for the session's token, no public form does."""

import pytest

from admin.config import ROOMS
from admin.db import db
from admin.db.logins import is_desk_path
from admin.models import Tip
from tests.support import desk_client


@pytest.fixture
def environ(environ):
    """All rooms: the rule is of the whole application."""
    return environ | {"DENGSHAO_ROOMS": ",".join(ROOMS)}


def acts(app, *, desk):
    """Paths of all views that change something, with their arguments filled in."""
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("")
        for rule in app.url_map.iter_rules():
            if "POST" in rule.methods and is_desk_path(rule.rule) is desk:
                values = {
                    name: 1 if f"<int:{name}>" in rule.rule else "ABCDE-FGHJK"
                    for name in rule.arguments
                }
                yield adapter.build(rule.endpoint, values, method="POST")


def test_every_act_of_the_desk_is_refused_without_the_token(app, desk, people):
    client = desk.enter(people.first.id)
    paths = list(acts(app, desk=True))

    assert {"/desk/sign-in", "/desk/sign-out", "/desk/lock"} <= set(paths)
    for path in paths:
        answer = client.post(path, data={"csrf_token": "forged"})
        assert (path, answer.status_code) == (path, 400)


def test_the_token_of_another_session_is_refused(app, desk, people):
    client, other = desk.enter(people.first.id), desk_client(app)

    answer = client.post("/desk/lock", data={"csrf_token": other.token()})

    assert answer.status_code == 400


def test_no_public_form_asks_for_a_session(app, client):
    for path in acts(app, desk=False):
        answer = client.post(path, data={})
        assert (path, answer.headers.get("Set-Cookie")) == (path, None)
        assert not (answer.status_code == 400 and "csrf" in answer.text.lower())


def test_no_public_page_sets_a_cookie_and_none_makes_a_row(app, client):
    for path in ("/tip/", "/mailbox/", "/"):
        assert "Set-Cookie" not in client.get(path).headers
    with app.app_context():
        assert db.session.query(Tip).count() == 0
