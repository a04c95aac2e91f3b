"""One touch over HTTP, with an authenticator that also signs what no browser would."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from admin.access.demo_mark import mark_demo
from admin.app_state import app_state
from admin.config import Env
from admin.db import db
from admin.models import Member, Passkey
from admin.signin import one_touch, passkeys, services, throttle
from admin.signin.views import BRAKES
from tests.admin.signin.authenticator import PRESENT, VERIFIED, Authenticator
from tests.admin.signin.halfway import post, proved, set_up, sign_in
from tests.admin.signin.touching import (
    ELSEWHERE,
    HERE,
    SEALED,
    UNKNOWN,
    log,
    new_touch,
    options_of,
    sealed_file,
    stored,
    touch_in,
)
from tests.support import desk_client


def test_the_day_begins_with_one_touch_and_both_factors_are_shown(app, touch, now):
    with app.app_context():
        (passkey,) = stored(app)
        assert passkey.sealed_identity == sealed_file()
    now["is"] += 60
    morning = desk_client(app)
    options = options_of(morning)
    assert (options["rpId"], options["allowCredentials"]) == ("localhost", [])
    assert options["userVerification"] == "required"

    answer = touch_in(morning, touch.get(options, HERE))

    assert answer.status_code == 200
    assert (answer.json["next"], answer.json["sealed"]) == ("/desk/", SEALED)
    assert morning.get("/desk/account/").status_code == 200
    assert morning.ask("/desk/keyring.json").json["name"] == "ada"


def test_it_comes_with_recovery_codes_as_any_first_factor_and_the_log_says_so(app, ada, made, key):
    answer = new_touch(ada, made, key)

    assert len(answer.json["codes"]) == 10
    assert ("factor_added", "ada", "touch") in log(app)
    page = ada.get("/desk/account/").text
    assert "办公室电脑" in page


def test_what_it_opens_is_handed_out_to_nobody_who_has_not_touched(ada, touch):
    for path in ("/desk/keyring.json", "/desk/account/", "/desk/unlock", "/desk/session.json"):
        assert SEALED not in ada.get(path).text


def test_it_is_asked_for_as_a_second_factor_too(app, touch, made, now):
    other = desk_client(app)
    assert sign_in(other, made).json["second"] == {"totp": False, "passkeys": 1}
    options = post(other, "second/passkey/options").json

    answer = post(other, "second/passkey", {"credential": touch.get(options, HERE)})

    assert answer.json == {"next": "/desk/"}


def with_flags(flags):
    def make(morning, key, **_):
        key.flags = flags
        return key.get(options_of(morning), HERE)

    return make


def twice(morning, key, app, now, **_):
    """A copy of an answer that was taken, whose counter an authenticator may leave at 0."""
    used = key.get(options_of(morning), HERE)
    assert touch_in(desk_client(app), used).status_code == 200
    with app.app_context():
        db.session.execute(update(Passkey).values(sign_count=0))
        db.session.commit()
    return used


def older(morning, key, app, now, **_):
    """An answer to a question of before the last one that was answered."""
    first = options_of(morning)
    now["is"] += 5
    assert touch_in(desk_client(app), key.get(options_of(morning), HERE)).status_code == 200
    return key.get(first, HERE)


def late(morning, key, now, **_):
    options = options_of(morning)
    now["is"] += one_touch.CHALLENGE_MS // 1000
    return key.get(options, HERE)


def of_a_session(morning, key, app, made, **_):
    """Signed for the second step of a sign-in, whose challenge is no challenge of ours."""
    other = desk_client(app)
    sign_in(other, made)
    return key.get(post(other, "second/passkey/options").json, HERE)


def removed(morning, key, app, ada, now, **_):
    proved(ada, now)
    set_up(ada, now)
    proved(ada, now)
    (passkey,) = stored(app)
    assert ada.send(f"/desk/account/passkeys/{passkey.id}/remove").status_code == 200
    return key.get(options_of(morning), HERE)


def suspended(morning, key, app, **_):
    with app.app_context():
        services.suspend(db.session, db.session.scalars(select(Member).filter_by(name="ada")).one())
        db.session.commit()
    assert [passkey.sealed_identity for passkey in stored(app)] == [None]
    return key.get(options_of(morning), HERE)


def second_alone(morning, key, app, made, **_):
    """A passkey of the member that was set up as a second factor and no more."""
    with app.app_context():
        db.session.execute(update(Passkey).values(sealed_identity=None))
        db.session.commit()
    return key.get(options_of(morning), HERE)


def forged(morning, key, **_):
    other = Authenticator(flags=PRESENT | VERIFIED)
    other.id, other.handle = key.id, key.handle
    return other.get(options_of(morning), HERE)


def unknown(morning, **_):
    other = Authenticator(flags=PRESENT | VERIFIED)
    return other.get(options_of(morning), HERE)


def with_handle(handle):
    def make(morning, key, **_):
        key.handle = handle
        return key.get(options_of(morning), HERE)

    return make


def cloned(morning, key, **_):
    key.count = 0
    return key.get(options_of(morning), HERE)


def elsewhere(morning, key, **_):
    key.rp_id = "evil.example"
    return key.get(options_of(morning), HERE)


def changed(**fields):
    def make(morning, key, **_):
        credential = key.get(options_of(morning), HERE)
        credential["response"] = credential["response"] | fields
        return credential

    return make


def tampered(morning, key, **_):
    """Our own question with its day moved forward."""
    options = options_of(morning)
    challenge = bytearray(base64.urlsafe_b64decode(options["challenge"] + "=="))
    challenge[7] ^= 1
    text = base64.urlsafe_b64encode(bytes(challenge)).rstrip(b"=").decode()
    return key.get(options | {"challenge": text}, HERE)


# What is tried, and under whose name the log tells of it.
REFUSED = {
    "without finger or PIN": (with_flags(PRESENT), "ada"),
    "without anybody": (with_flags(VERIFIED), "ada"),
    "a second time": (twice, "ada"),
    "to an older question": (older, "ada"),
    "too late": (late, "ada"),
    "to a question of a session": (of_a_session, "ada"),
    "to a question that was changed": (tampered, "ada"),
    "to no question of ours": (lambda key, **_: key.get({"challenge": "AAAA"}, HERE), "ada"),
    "by a passkey that was removed": (removed, "-"),
    "by a suspended member": (suspended, "ada"),
    "by what is a second factor alone": (second_alone, "ada"),
    "forged": (forged, "ada"),
    "by an unknown passkey": (unknown, "-"),
    "under another's handle": (with_handle("AAAA"), "ada"),
    "under no handle": (with_handle(None), "ada"),
    "by a clone": (cloned, "ada"),
    "of another origin": (
        lambda morning, key, **_: key.get(options_of(morning), ELSEWHERE),
        "ada",
    ),
    "of another relying party": (elsewhere, "ada"),
    "of a registration": (
        lambda morning, key, **_: key.get(options_of(morning), HERE, kind="webauthn.create"),
        "ada",
    ),
    "with a broken signature": (changed(signature="AAAA"), "ada"),
    "with broken words": (changed(clientDataJSON="!!!"), "ada"),
    "with numbers for words": (changed(clientDataJSON=12), "ada"),
    "with broken data": (changed(authenticatorData="AAAA"), "ada"),
    "with no response": (
        lambda key, **_: key.get({"challenge": "AA"}, HERE) | {"response": 1},
        "ada",
    ),
    "nothing": (lambda **_: None, "-"),
    "a list": (lambda **_: [], "-"),
    "of a strange id": (lambda **_: {"rawId": "é", "id": "é", "type": "public-key"}, "-"),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_no_other_touch_signs_in(app, ada, touch, made, now, name):
    make, by = REFUSED[name]
    now["is"] += 60
    morning = desk_client(app)
    credential = make(morning=morning, key=touch, app=app, ada=ada, made=made, now=now)

    answer = touch_in(morning, credential)

    assert (answer.status_code, answer.json) == (401, {"error": UNKNOWN})
    assert morning.ask("/desk/keyring.json").status_code == 401
    assert log(app)[-1] == ("sign_in_failed", by, "touch")


def test_of_browsers_that_show_one_touch_at_the_same_moment_one_is_let_in(app, touch, now):
    now["is"] += 60
    browsers = [desk_client(app) for _ in range(4)]
    shown = {"credential": touch.get(options_of(browsers[0]), HERE)}
    tokens = [browser.token() for browser in browsers]

    def show(browser, token):
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        return browser.post("/desk/sign-in/touch", json=shown, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(show, browsers, tokens))

    assert found == [200, 401, 401, 401]


def test_who_reads_tips_about_officials_types_the_passphrase(app, ada, touch, made, now):
    """Neither with a passkey from before, nor with a new one."""
    now["is"] += 60
    with app.app_context():
        (custodial, *_), upper = (
            app_state().district.ways.supervisory,
            app_state().district.ways.upper,
        )
    morning = desk_client(app)
    for unit_id in (custodial, upper):
        with app.app_context():
            db.session.execute(update(Member).where(Member.name == "ada").values(unit_id=unit_id))
            db.session.commit()
        now["is"] += 1
        answer = touch_in(morning, touch.get(options_of(morning), HERE))
        assert answer.status_code == 403
        assert "涉公职" in answer.json["error"]
        assert morning.ask("/desk/keyring.json").status_code == 401
        assert new_touch(ada, made, Authenticator(flags=PRESENT | VERIFIED)).status_code == 403
    assert len(stored(app)) == 1
    page = ada.get("/desk/account/").text
    assert "收涉公职的线索" in page
    assert 'id="touch-form"' not in page
    assert 'id="touch"' not in ada.get("/desk/unlock").text


def test_guessing_is_slowed_and_a_right_touch_is_taken_all_the_same(app, touch, now):
    now["is"] += 60
    morning = desk_client(app)
    wrong = forged(morning, touch)
    said = [touch_in(morning, wrong).status_code for _ in range(7)]
    assert said == [401] * 5 + [429] * 2

    assert touch_in(morning, touch.get(options_of(morning), HERE)).status_code == 200


def test_a_process_that_judges_all_it_can_asks_to_wait(app, touch, now):
    app.extensions[BRAKES].judging = throttle.Brake(per_second=0, burst=0)
    morning = desk_client(app)

    answer = touch_in(morning, touch.get(options_of(morning), HERE))

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(throttle.BUSY))


def test_production_refuses_a_demos_passkey(app, touch, now):
    with app.app_context():
        mark_demo(db.session)
        db.session.commit()
    config = app.extensions["dengshao"].config
    object.__setattr__(config, "env", Env.PRODUCTION)
    now["is"] += 60
    morning = desk_client(app)
    origin = passkeys.place_of(config).origins[0]

    assert touch_in(morning, touch.get(options_of(morning), origin)).status_code == 401


# ---- Unlocking.


@pytest.fixture
def locked(ada, touch, now):
    ada.csrf = ada.token()
    assert ada.send("/desk/lock").status_code == 200
    now["is"] += 60
    return ada


def test_a_touch_unlocks_and_only_this_members_passkeys_are_asked_for(locked, touch):
    assert locked.ask("/desk/keyring.json").status_code == 423
    assert 'id="touch"' in locked.get("/desk/unlock").text
    options = options_of(locked)
    assert len(options["allowCredentials"]) == 1

    answer = locked.send("/desk/unlock/touch", {"credential": touch.get(options, HERE)})

    assert (answer.status_code, answer.json) == (200, {"unlocked": True, "sealed": SEALED})
    assert locked.ask("/desk/keyring.json").status_code == 200


def test_another_members_touch_does_not_unlock_nor_does_a_wrong_one(app, locked, touch, made, now):
    bo, theirs = desk_client(app), Authenticator(flags=PRESENT | VERIFIED)
    sign_in(bo, made, "bo", 1)
    assert new_touch(bo, made, theirs, name="bo", which=1).status_code == 200
    now["is"] += 60
    for credential in (theirs.get(options_of(locked), HERE), forged(locked, touch), None):
        answer = locked.send("/desk/unlock/touch", {"credential": credential})
        assert (answer.status_code, answer.json) == (422, {"error": UNKNOWN})
    assert locked.ask("/desk/keyring.json").status_code == 423
