"""A passkey that opens is made on the account page, and taken away there, over HTTP."""

import base64

import pytest

from admin.signin import passkeys
from tests.admin.signin.authenticator import PRESENT, TRAVELS, VERIFIED, Authenticator
from tests.admin.signin.halfway import post, proved, set_up, sign_in
from tests.admin.signin.touching import (
    HERE,
    SEALED,
    auth_of,
    log,
    new_touch,
    options_of,
    sealed_file,
    stored,
    touch_in,
)
from tests.support import desk_client


def resign(key, options, **other):
    return {
        "credential": key.create(options["make"], HERE),
        "proof": key.get(options["use"], HERE),
    } | other


def seen_by(flags):
    def make(options):
        return resign(Authenticator(flags=flags), options)

    return make


def strangers_proof(options):
    good, other = Authenticator(flags=PRESENT | VERIFIED), Authenticator(flags=PRESENT | VERIFIED)
    return resign(good, options, proof=other.get(options["use"], HERE))


def unverified_proof(options):
    key = Authenticator(flags=PRESENT | VERIFIED)
    made = key.create(options["make"], HERE)
    key.flags = PRESENT
    return {"credential": made, "proof": key.get(options["use"], HERE)}


def other_challenge(options):
    key = Authenticator(flags=PRESENT | VERIFIED)
    return resign(key, options, proof=key.get({"challenge": "AAAA"}, HERE))


def sealed_as(data):
    def make(options):
        key = Authenticator(flags=PRESENT | VERIFIED)
        text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
        return resign(key, options, sealed=text)

    return make


BAD_NEW = {
    "without finger or PIN": (seen_by(PRESENT), 400),
    "that travels": (seen_by(PRESENT | VERIFIED | TRAVELS), 422),
    "whose proof is another's": (strangers_proof, 400),
    "whose proof shows no finger": (unverified_proof, 400),
    "whose proof answers another question": (other_challenge, 400),
    "without a proof": (lambda _o: {"proof": None}, 400),
    "without a credential": (lambda _o: {"credential": None}, 400),
    "sealed to a passphrase": (sealed_as(sealed_file(label=b"scrypt")), 400),
    "sealed to another question": (sealed_as(sealed_file(nonce=b"x" * 16)), 400),
    "sealed to two": (sealed_as(sealed_file(stanzas=2)), 400),
    "too long": (sealed_as(sealed_file(more=b"x" * 2000)), 400),
    "no age file": (sealed_as(b"AGE-SECRET-KEY-PQ-1"), 400),
    "no base64": (sealed_as("é"), 400),
    "nothing sealed": (sealed_as(None), 400),
    "with a wrong passphrase": (lambda options: {"auth": "00" * 32}, 422),
    "with no passphrase": (lambda options: {"auth": None}, 400),
}


@pytest.mark.table
@pytest.mark.parametrize("name", BAD_NEW)
def test_no_other_passkey_is_made_to_open(app, ada, made, key, name):
    make, status = BAD_NEW[name]
    options = ada.send("/desk/account/touch/options").json
    body = resign(key, options, auth=auth_of(ada, made), sealed=SEALED)

    answer = ada.send("/desk/account/touch", body | make(options))

    assert answer.status_code == status
    assert stored(app) == []
    assert "factor_added" not in {act for act, *_ in log(app)}


def test_an_old_factor_is_shown_before_one_is_made_and_a_wrong_passphrase_spends_no_proof(
    app, ada, made, now, key
):
    set_up(ada, now)
    assert new_touch(ada, made, key).status_code == 403
    proved(ada, now)
    assert new_touch(ada, made, key, auth="00" * 32).status_code == 422

    assert new_touch(ada, made, key).status_code == 200
    assert new_touch(ada, made, Authenticator(flags=PRESENT | VERIFIED)).status_code == 403
    assert len(stored(app)) == 1


def test_what_was_posted_once_makes_no_second_one(app, ada, made, now, key):
    options = ada.send("/desk/account/touch/options").json
    body = resign(key, options, auth=auth_of(ada, made), sealed=SEALED)
    assert ada.send("/desk/account/touch", body).status_code == 200
    proved(ada, now)

    assert ada.send("/desk/account/touch", body).status_code == 400
    assert len(stored(app)) == 1


def test_it_is_asked_to_rest_on_the_device_beside_a_mere_second_factor(app, ada, touch):
    make = ada.send("/desk/account/touch/options").json["make"]
    second = post(ada, "factors/passkey/options").json

    assert make["authenticatorSelection"]["residentKey"] == "required"
    assert make["authenticatorSelection"]["userVerification"] == "required"
    assert make["user"]["id"] != second["user"]["id"]
    assert (make["user"]["name"], second["user"]["name"]) == ("ada（一触解锁）", "ada")
    assert [one["id"] for one in make["excludeCredentials"]] == [touch.get(make, HERE)["id"]]


def test_a_lost_one_goes_with_what_it_opens_and_with_all_other_sessions(app, ada, touch, now, made):
    now["is"] += 60
    thief = desk_client(app)
    assert touch_in(thief, touch.get(options_of(thief), HERE)).status_code == 200
    proved(ada, now)
    set_up(ada, now)
    proved(ada, now)
    (passkey,) = stored(app)

    assert ada.send(f"/desk/account/passkeys/{passkey.id}/remove").status_code == 200

    assert stored(app) == []
    assert thief.ask("/desk/keyring.json").status_code == 401
    assert touch_in(thief, touch.get(options_of(thief), HERE)).status_code == 401
    assert ada.get("/desk/account/").status_code == 200
    acts = log(app)
    assert ("factor_removed", "ada", "touch") in acts
    assert ("session_ended", "ada", "others") in acts
    # The passphrase opens as ever.
    assert sign_in(desk_client(app), made).status_code == 200


def test_an_address_by_number_has_no_passkeys_and_the_page_says_so(app, ada):
    object.__setattr__(app.extensions["dengshao"].config, "desk_host", "127.0.0.1:8000")

    cookie = ada.get_cookie("desk", "localhost", "/desk/")
    ada.set_cookie("desk", cookie.value, domain="127.0.0.1", path="/desk/")
    page = ada.get("/desk/account/", base_url="http://127.0.0.1:8000").text

    assert "http://localhost" in page
    assert 'id="touch-form"' not in page


@pytest.mark.parametrize(
    ("host", "is_number"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost:8000", False),
        ("d.example", False),
    ],
)
def test_an_address_by_number_is_told_from_a_name(config, host, is_number):
    object.__setattr__(config, "desk_host", host)

    assert passkeys.place_of(config).is_number is is_number
