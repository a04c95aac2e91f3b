"""Passkeys over HTTP, with an authenticator that also signs what no browser would."""

import pytest

from admin.config import load_config
from admin.db import db
from admin.models import AuditEvent, Passkey
from admin.signin import passkeys
from tests.admin.signin.authenticator import Authenticator
from tests.admin.signin.halfway import code, post, proved, set_up, sign_in
from tests.support import desk_client

HERE = "http://localhost:8000"
ELSEWHERE = "http://localhost.evil.example:8000"


def add(desk, key, name="办公室电脑", origin=HERE):
    options = post(desk, "factors/passkey/options").json
    return post(desk, "factors/passkey", {"credential": key.create(options, origin), "name": name})


@pytest.fixture
def key():
    return Authenticator()


@pytest.fixture
def ada(desk, made, now, required, key):
    """A member whose only factor is a passkey, signed in."""
    sign_in(desk, made)
    answer = add(desk, key)
    assert answer.status_code == 200
    desk.codes = answer.json["codes"]
    return desk


@pytest.fixture
def again(app, ada, made):
    """The same member in another browser, asked for the passkey."""
    other = desk_client(app)
    assert sign_in(other, made).json["second"] == {"totp": False, "passkeys": 1}
    return other


def options_of(desk):
    return post(desk, "second/passkey/options").json


def show(desk, credential):
    return post(desk, "second/passkey", {"credential": credential})


def test_a_passkey_is_set_up_at_the_first_sign_in_and_brings_recovery_codes(ada, app):
    assert len(ada.codes) == 10
    page = ada.get("/desk/account/").text
    assert "办公室电脑" in page
    with app.app_context():
        last = db.session.query(AuditEvent).order_by(AuditEvent.number).first()
        assert (last.act, last.by, last.detail) == ("factor_added", "ada", "passkey")


def test_the_passkey_opens_the_sign_in(again, key):
    options = options_of(again)
    assert options["rpId"] == "localhost"

    assert show(again, key.get(options, HERE)).json == {"next": "/desk/"}
    assert again.get("/desk/account/").status_code == 200


def other_members(app, made, now, _again, key):
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)
    theirs = Authenticator()
    add(bo, theirs)
    return theirs.get(options_of(_again), HERE)


def replayed(app, made, now, again, key):
    used = key.get(options_of(again), HERE)
    assert show(again, used).status_code == 200
    other = desk_client(app)
    sign_in(other, made)
    return used


def second_answer(app, made, now, again, key):
    """The challenge was spent by a wrong answer: a right one comes too late."""
    options = options_of(again)
    show(again, key.get(options, ELSEWHERE))
    return key.get(options, HERE)


def cloned(app, made, now, again, key):
    """A copy of the authenticator whose counter stands behind."""
    key.count = 0
    return key.get(options_of(again), HERE)


def forged(app, made, now, again, key):
    """Another key under the member's own credential id."""
    other = Authenticator()
    other.id = key.id
    return other.get(options_of(again), HERE)


def changed(**fields):
    def make(app, made, now, again, key):
        credential = key.get(options_of(again), HERE)
        credential["response"] = credential["response"] | fields
        return credential

    return make


REFUSED = {
    "of another origin": lambda _a, _m, _n, again, key: key.get(options_of(again), ELSEWHERE),
    "of another port": lambda _a, _m, _n, again, key: key.get(
        options_of(again), "http://localhost:9999"
    ),
    "of another relying party": lambda _a, _m, _n, again, key: _elsewhere(key).get(
        options_of(again), HERE
    ),
    "of another challenge": lambda _a, _m, _n, again, key: key.get(
        options_of(again) | {"challenge": "AAAA"}, HERE
    ),
    "of a registration": lambda _a, _m, _n, again, key: key.get(
        options_of(again), HERE, kind="webauthn.create"
    ),
    "without a challenge": lambda _a, _m, _n, _again, key: key.get({"challenge": "AAAA"}, HERE),
    "replayed": replayed,
    "a second answer to one challenge": second_answer,
    "another member's": other_members,
    "a clone's": cloned,
    "forged": forged,
    "with a broken signature": changed(signature="AAAA"),
    "with no signature": changed(signature=None),
    "with broken data": changed(authenticatorData="AAAA"),
    "with broken words": changed(clientDataJSON="!!!"),
    "with numbers for words": changed(clientDataJSON=12),
    "nothing": lambda *_args: None,
    "a list": lambda *_args: [],
    "an empty object": lambda *_args: {},
    "of a strange id": lambda *_args: {"rawId": "é", "id": "é", "type": "public-key"},
}


def _elsewhere(key):
    key.rp_id = "evil.example"
    return key


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_no_other_proof_is_taken(app, ada, again, made, now, key, name):
    credential = REFUSED[name](app, made, now, again, key)
    asked = again
    if name == "replayed":
        asked = desk_client(app)
        sign_in(asked, made)
        options_of(asked)

    answer = show(asked, credential)

    assert answer.status_code == 401
    assert answer.json["error"] == "没有认出这把通行密钥。请再试一次，或者换一种办法。"
    assert asked.ask("/desk/keyring.json").status_code == 401
    with app.app_context():
        last = db.session.query(AuditEvent).order_by(AuditEvent.number.desc()).first()
        assert (last.act, last.by, last.detail) == ("second_failed", "ada", "passkey")


BAD_NEW = {
    "of another origin": lambda key, options: key.create(options, ELSEWHERE),
    "of another challenge": lambda key, options: key.create({"challenge": "AAAA"}, HERE),
    "of another relying party": lambda key, options: _elsewhere(key).create(options, HERE),
    "a proof instead": lambda key, options: key.get(options, HERE),
    "nothing": lambda key, options: None,
    "an empty object": lambda key, options: {},
    "broken": lambda key, options: (
        key.create(options, HERE)
        | {"response": {"attestationObject": "AAAA", "clientDataJSON": "AAAA"}}
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", BAD_NEW)
def test_no_other_passkey_is_taken_in(app, desk, made, now, required, key, name):
    sign_in(desk, made)
    options = post(desk, "factors/passkey/options").json

    answer = post(desk, "factors/passkey", {"credential": BAD_NEW[name](key, options)})

    assert answer.status_code == 400
    assert desk.get("/desk/account/").status_code == 302
    with app.app_context():
        assert db.session.query(Passkey).count() == 0


def test_a_registration_is_good_once(desk, made, now, required, key):
    sign_in(desk, made)
    options = post(desk, "factors/passkey/options").json
    credential = key.create(options, HERE)

    first = post(desk, "factors/passkey", {"credential": credential})
    proved(desk, now)
    again = post(desk, "factors/passkey", {"credential": credential})

    assert (first.status_code, again.status_code) == (200, 400)


def test_another_members_passkey_is_not_taken_in_a_second_time(app, ada, made, key):
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)

    assert add(bo, key).status_code == 400


def test_a_passkey_beside_codes_can_go_and_the_last_factor_stays(ada, app, now):
    proved(ada, now)
    set_up(ada, now)
    proved(ada, now)
    with app.app_context():
        passkey_id = db.session.query(Passkey).one().id

    assert ada.send(f"/desk/account/passkeys/{passkey_id}/remove").status_code == 200
    proved(ada, now)
    assert ada.send("/desk/account/totp/remove").status_code == 409
    assert ada.send(f"/desk/account/passkeys/{passkey_id}/remove").status_code == 404


def test_nobody_takes_another_members_passkey_away(ada, app, made, now):
    bo = desk_client(app)
    sign_in(bo, made, "bo", 1)
    secret, _codes = set_up(bo, now)
    with app.app_context():
        passkey_id = db.session.query(Passkey).one().id

    proved(bo, now)
    assert bo.send(f"/desk/account/passkeys/{passkey_id}/remove").status_code == 404
    assert code(secret, now["is"])


def test_names_are_kept_short_and_plain(desk, made, now, required, app):
    sign_in(desk, made)
    add(desk, Authenticator(), name="一\n二\x00" + "长" * 200)
    proved(desk, now)
    add(desk, Authenticator(), name="  ")

    with app.app_context():
        names = [passkey.name for passkey in passkeys.list_passkeys(db.session, _only(db.session))]
    assert sorted(names) == sorted(["一二" + "长" * 38, "通行密钥 2"])


def _only(session):
    return session.query(Passkey).first().member_id


def test_production_takes_passkeys_of_its_own_https_origin_alone(tmp_path):
    (tmp_path / "secret").write_text("00" * 32)
    config = load_config(
        {
            "DENGSHAO_ENV": "production",
            "DENGSHAO_DATA": str(tmp_path),
            "DENGSHAO_PUBLIC_HOST": "tips.example.org",
            "DENGSHAO_DESK_HOST": "desk.example.org:8443",
        }
    )

    place = passkeys.place_of(config)

    assert (place.rp_id, place.origins) == (
        "desk.example.org",
        ["https://desk.example.org:8443"],
    )
    assert config.second_factor == "required"
