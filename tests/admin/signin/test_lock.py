"""A locked session, over HTTP: it is opened by what opens a sign-in, and by nothing else."""

import pytest

from admin.db import db
from admin.models import StaffSession
from tests.admin.signin.halfway import _secret_of, sign_in


@pytest.fixture
def locked(desk, made, now):
    sign_in(desk, made)
    desk.csrf = desk.token()
    desk.keyring = desk.ask("/desk/keyring.json").json
    assert post(desk, "/desk/lock").status_code == 200
    return desk


def post(desk, path, body=None):
    headers = {"Accept": "application/json", "X-CSRFToken": desk.csrf}
    return desk.post(path, json=body or {}, headers=headers)


def auth_of(desk, passphrase_code):
    salt = desk.ask("/desk/sign-in/salt?name=ada").json["salt"]
    return _secret_of(*passphrase_code, bytes.fromhex(salt)).hex()


def test_passphrase_and_member_code_open_it_again(locked, made):
    assert locked.ask("/desk/keyring.json").status_code == 423
    assert locked.ask("/desk/session.json").status_code == 423

    answer = post(
        locked, "/desk/unlock", {"auth": auth_of(locked, ("yun-shan-he-feng-lan", made[0].code))}
    )

    assert (answer.status_code, answer.json) == (200, {"unlocked": True})
    keyring = locked.ask("/desk/keyring.json").json
    assert keyring["wrap_key"] != locked.keyring["wrap_key"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"auth": "x"}, 400), ({"auth": "00" * 32}, 422), ([], 400)],
)
def test_nothing_else_opens_it(locked, body, status):
    assert post(locked, "/desk/unlock", body).status_code == status
    assert locked.ask("/desk/keyring.json").status_code == 423


def test_another_members_secret_opens_it_no_more_than_a_wrong_one(locked, made):
    salt = locked.ask("/desk/sign-in/salt?name=bo").json["salt"]
    theirs = _secret_of("yun-shan-he-feng-lan", made[1].code, bytes.fromhex(salt)).hex()

    answer = post(locked, "/desk/unlock", {"name": "bo", "auth": theirs})

    assert answer.status_code == 422
    assert locked.ask("/desk/account/").status_code == 423


def test_guessing_is_slowed_as_at_the_sign_in(locked, now):
    for _ in range(5):
        assert post(locked, "/desk/unlock", {"auth": "00" * 32}).status_code == 422

    assert post(locked, "/desk/unlock", {"auth": "00" * 32}).status_code == 429


def test_what_a_locked_session_asks_for_does_not_keep_it_alive(app, locked, now):
    for _ in range(15):
        now["is"] += 60
        locked.get("/desk/unlock")

    assert locked.get("/desk/unlock").location == "/desk/sign-in"
    with app.app_context():
        assert db.session.query(StaffSession).count() == 0
