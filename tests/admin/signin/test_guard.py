"""What the guard makes of a session before each page of the desk, case by case."""

from types import SimpleNamespace

import pytest
from flask import g, session

from admin.access.roles import Staff
from admin.signin import guard, services

NOW = 1_000_000
STAFF = Staff(1, "ada", "police", ("analyst",))


@pytest.fixture
def load(app, monkeypatch):
    """Let the guard find a session; gives what came of it, and which services it called."""

    def loading(found, *, has_row=False, path="/desk/"):
        called = []

        def note(name, answer=None):
            monkeypatch.setattr(services, name, lambda *_: called.append(name) or answer)

        note("find_session", found)
        note("has_row", has_row)
        note("touch")
        note("clear_idle")
        with app.test_request_context(path):
            g.staff = g.pending = None
            session[guard.SID] = "token"
            is_locked = guard._load_staff("token", NOW)
            kept = guard.SID in session
            return SimpleNamespace(
                is_locked=is_locked,
                kept=kept,
                called=called[1:],
                staff=g.staff,
                pending=g.pending,
                left=g.get("session_left"),
            )

    return loading


def seen(age=0, *, is_verified=True, is_locked=False):
    return SimpleNamespace(
        staff=STAFF,
        last_seen=NOW - age,
        ends_at=NOW + 600,
        is_verified=is_verified,
        is_locked=is_locked,
    )


# How long ago a session was seen, and whether it is written down that it is seen now.
AGES = {0: False, 59: False, 60: False, 61: True, 899: True}


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("is_locked", [False, True])
def test_a_session_is_kept_alive_once_a_minute_and_a_locked_one_never(load, age, is_locked):
    found = load(seen(age, is_locked=is_locked))

    is_touched = AGES[age] and not is_locked
    assert found.called == ["touch", "clear_idle"] * is_touched
    assert (found.staff, found.pending, found.is_locked) == (STAFF, None, is_locked)
    assert found.left == 600


def test_a_half_signed_in_session_opens_nothing_and_is_not_prolonged(load):
    found = load(seen(500, is_verified=False))

    assert (found.staff, found.pending, found.left) == (None, STAFF, None)
    assert (found.is_locked, found.called, found.kept) == (False, [], True)


@pytest.mark.parametrize("path", ["/desk/pulse.json", "/desk/progress.json", "/desk/join/progress"])
def test_what_a_page_asks_by_itself_never_takes_the_cookie_of_a_sign_in_meanwhile(load, path):
    found = load(None, path=path)

    assert (found.staff, found.pending, found.kept) == (None, None, True)


@pytest.mark.parametrize("has_row", [False, True])
def test_a_cookie_without_a_session_goes_and_writes_only_where_a_row_is_left(load, has_row):
    found = load(None, has_row=has_row)

    assert (found.staff, found.pending, found.kept) == (None, None, False)
    assert found.called == ["has_row", *["clear_idle"] * has_row]


LOCKED = [
    *("/desk/unlock", "/desk/lock", "/desk/sign-out", "/desk/sign-in/salt"),
    *("/desk/unlock/touch", "/desk/sign-in/touch/options"),
]


def test_what_a_locked_session_reaches_is_named_path_by_path():
    assert set(LOCKED) == guard._WHEN_LOCKED


@pytest.mark.parametrize(
    ("method", "accept", "status"),
    [
        ("GET", "text/html", 302),
        ("POST", "text/html", 303),
        ("GET", "application/json", 423),
        ("POST", "application/json", 423),
    ],
)
def test_a_locked_session_is_led_to_the_lock_or_told_of_it(app, method, accept, status):
    with app.test_request_context("/desk/", method=method, headers={"Accept": accept}):
        answer = guard._locked()

    assert answer.status_code == status
    if status != 423:
        assert answer.location == "/desk/unlock"


@pytest.mark.parametrize("path", ["/", "/tip/", "/mailbox/", "/deskx", "/static/desk/"])
def test_other_rooms_are_not_looked_at(app, path):
    with app.test_request_context(path, method="POST"):
        assert guard.guard_desk() is None
        assert "staff" not in g
