"""What the guard keeps of the units' keys, for how long, and whom it leads where."""

from types import SimpleNamespace

import pytest
from flask import g

from admin.access.roles import Staff
from admin.renewal import guard
from admin.renewal.guard import Standings
from admin.renewal.services import Standing
from admin.vault.key_change.kept import Waiting
from tests.support import Loads

NEEDS = Standing("police", suspended=("gone",), remaining=("ada",))
FINE = Standing("drugs", suspended=(), remaining=("bo",), has_kept=True)


def test_standings_are_kept_for_two_seconds_and_while_the_database_is_away(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: now[0]))
    load = Loads(lambda asked: {"police": asked})
    kept = Standings(load)

    def at(moment):
        now[0] = moment
        return kept.get().get("police")

    assert [at(100 + seconds) for seconds in (0, 1.9, 2, 3.9)] == [1, 1, 2, 2]
    kept.forget()
    assert at(103.9) == 3
    load.is_away = True
    # What was known stays, and a page that asks several times waits once.
    assert [at(106), at(106.1)] == [3, 3]
    assert load.asked == 4
    load.is_away = False
    assert [at(107.9), at(108)] == [3, 5]


def test_before_anything_was_read_nobody_is_led_astray():
    load = Loads(lambda asked: {"police": asked})
    load.is_away = True

    assert Standings(load).get() == {}


@pytest.fixture
def standing(app, monkeypatch):
    """Let the guard find these standings."""
    app.extensions["dengshao.renewal"] = Standings(lambda: {"police": NEEDS, "drugs": FINE})
    asked = []

    def count(_session, unit_id):
        asked.append(unit_id)
        return Waiting(3, ("A",), None)

    monkeypatch.setattr(guard, "count_waiting", count)
    return asked


def test_tips_that_nobody_opened_since_are_counted_where_any_are_kept(app, standing):
    with app.app_context():
        assert guard._moved_unchecked("police") == Waiting(0, (), None)
        assert standing == []
        assert guard._moved_unchecked("drugs").count == 3
        # Of a unit without a key nothing is known: it is asked.
        assert guard._moved_unchecked("trade").count == 3

    assert standing == ["drugs", "trade"]


HOLDER = Staff(1, "ada", "police", ("reviewer",))
FREE = ["sign-in", "sign-out", "lock", "unlock", "account", "unit/renew"]


def led(app, staff, path="/desk/", method="GET", accept="text/html"):
    """Ask the guard about a request; gives the status, and whether the page is told of it."""
    with app.test_request_context(path, method=method, headers={"Accept": accept}):
        g.staff = staff
        answer = guard.lead_to_renewal()
        return answer and answer.status_code, g.get("renewal") is NEEDS


def test_a_holder_of_a_key_that_must_be_renewed_is_led_to_the_page_that_does_it(app, standing):
    assert led(app, HOLDER) == (302, True)
    assert led(app, HOLDER, method="HEAD") == (302, True)
    assert led(app, HOLDER, method="POST") == (303, True)
    # A page that was open before may still read what it shows, and must not change anything.
    assert led(app, HOLDER, accept="application/json") == (None, True)
    assert led(app, HOLDER, method="POST", accept="application/json") == (423, True)


@pytest.mark.parametrize("path", FREE)
def test_what_a_holder_may_still_do_is_named_path_by_path(app, standing, path):
    assert led(app, HOLDER, f"/desk/{path}", method="POST") == (None, True)
    assert led(app, HOLDER, f"/desk/x/{path}", method="POST") == (303, True)


OTHERS = {
    "nobody": (None, False),
    "who has no unit": (Staff(2, "admin", None, ("administrator",)), False),
    "a unit whose key is good": (Staff(3, "bo", "drugs", ("analyst",)), False),
    "a unit without a key": (Staff(4, "di", "trade", ("analyst",)), False),
    "who does not hold the key": (Staff(5, "new", "police", ("analyst",)), True),
}


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_is_led_away(app, standing, name):
    staff, is_told = OTHERS[name]

    assert led(app, staff) == (None, is_told)
    assert led(app, staff, method="POST") == (None, is_told)


# The form that is posted: its type, the key that it names; and whether it is refused.
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
POSTED = {
    "the key in use": ("POST", FORM, "key=7", False),
    "another key": ("POST", FORM, "key=8", True),
    "an empty key": ("POST", FORM, "key=", True),
    "no key": ("POST", FORM, "other=8", False),
    "another key in what is no form": ("POST", JSON, '{"key": 8}', False),
    "another key in a question": ("GET", FORM, "key=8", False),
}


@pytest.mark.parametrize("name", POSTED)
def test_words_that_were_sealed_to_another_key_are_refused(app, monkeypatch, name):
    method, kind, body, is_refused = POSTED[name]
    monkeypatch.setattr(guard.issuing, "current_key", lambda *_: SimpleNamespace(id=7))
    with app.test_request_context("/desk/", method=method, data=body, content_type=kind):
        g.staff = HOLDER
        answer = guard.refuse_old_key()
        g.staff = None
        assert guard.refuse_old_key() is None

    assert (answer and answer.status_code) == (423 if is_refused else None)
    if is_refused:
        assert "刚换了新密钥" in answer.json["error"]


def test_where_a_unit_has_no_key_a_named_one_is_refused(app, monkeypatch):
    monkeypatch.setattr(guard.issuing, "current_key", lambda *_: None)
    with app.test_request_context("/desk/", method="POST", data={"key": "7"}):
        g.staff = HOLDER
        assert guard.refuse_old_key().status_code == 423
