"""Proofs of work: ours alone are taken, for twenty minutes, and the work grows with the pace."""

import time
from base64 import b64encode
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.db import today
from admin.intake.challenge import Challenges
from admin.models import SpentChallenge, Tip
from tests.admin.intake.conftest import solve

OURS = Challenges(b"k" * 32)
MINUTE = 60


@pytest.fixture
def later(monkeypatch):
    """Let so many seconds go by for whoever checks a proof."""

    def later(seconds):
        clock = SimpleNamespace(time=lambda: time.time() + seconds)
        monkeypatch.setattr("altcha.v1.time", clock)

    return later


def test_a_challenge_is_what_the_contract_says(scripted):
    challenge = scripted.challenge()

    assert list(challenge) == ["algorithm", "challenge", "maxnumber", "salt", "signature"]
    assert (challenge["algorithm"], challenge["maxnumber"]) == ("SHA-256", 20)
    assert len(challenge["challenge"]) == len(challenge["signature"]) == 64
    seconds = int(challenge["salt"].split("?expires=")[1].removesuffix("&")) - time.time()
    assert 19 * MINUTE < seconds <= 20 * MINUTE


def test_no_two_challenges_are_the_same(scripted):
    assert len({scripted.challenge()["challenge"] for _ in range(20)}) == 20


def test_a_solved_challenge_is_known_by_its_day_and_by_one_hash():
    proof = solve(OURS.new(20))

    solved, again = OURS.read(proof), OURS.read(proof)

    assert solved == again
    assert len(solved.hash) == 32
    assert solved.ends_on - today() <= timedelta(days=1)


@pytest.mark.parametrize(("seconds", "is_good"), [(19 * MINUTE, True), (21 * MINUTE, False)])
def test_a_challenge_is_good_for_twenty_minutes(later, seconds, is_good):
    proof = solve(OURS.new(20))
    later(seconds)

    assert (OURS.read(proof) is not None) == is_good


def test_a_proof_that_ended_is_told_so_and_a_new_one_takes_the_same_tip(scripted, later, count):
    parcel = scripted.parcel()
    later(21 * MINUTE)
    refused = scripted.post(parcel)
    later(0)

    assert (refused.status_code, refused.json) == (400, {"error": "challenge"})
    assert scripted.post(parcel | {"proof": scripted.proof()}).status_code == 200
    assert (count(Tip), count(SpentChallenge)) == (1, 1)


def test_a_proof_under_another_key_is_none():
    assert OURS.read(solve(Challenges(b"x" * 32).new(20))) is None


@pytest.mark.parametrize("salt", ["{}&", "{}x=1&", "{}expires=9999999999&", "?expires=1&{}"])
def test_a_changed_salt_is_no_proof_of_ours(salt):
    challenge = OURS.new(20)

    assert OURS.read(solve(challenge, salt=salt.format(challenge["salt"]))) is None


def test_a_proof_written_in_another_way_is_the_same_proof():
    challenge = OURS.new(20)
    proof = solve(challenge)
    bare = solve(challenge, salt=challenge["salt"].removesuffix("&"), extra="x")

    assert bare != proof
    assert OURS.read(bare) == OURS.read(proof)


def test_an_end_that_is_written_twice_does_not_prolong_a_challenge(later):
    challenge = OURS.new(20)
    name, _, query = challenge["salt"].partition("?")
    proof = solve(challenge, salt=f"{name}?expires=9999999999&{query}")
    later(21 * MINUTE)

    assert OURS.read(proof) is None


@given(st.text(max_size=200) | st.binary(max_size=150).map(lambda data: b64encode(data).decode()))
def test_whatever_is_sent_as_a_proof_is_read_without_a_fault(text):
    assert OURS.read(text) is None


@pytest.mark.parametrize("body", [b"", b"[]", b" " * 5000])
def test_a_challenge_is_given_for_an_empty_object_alone(scripted, body):
    refused = scripted.client.post("/tip/challenge", data=body, content_type="application/json")

    assert refused.status_code in (400, 413)


def test_nothing_fetches_a_challenge_beforehand(scripted):
    assert scripted.client.get("/tip/challenge").status_code == 404


def test_the_work_grows_with_the_pace_at_which_proven_tips_come(app, client, monkeypatch):
    monkeypatch.setitem(
        app.extensions, "dengshao.flood", SimpleNamespace(max_number=lambda: 640_000)
    )

    assert client.post("/tip/challenge", json={}).json["maxnumber"] == 640_000


def test_the_key_of_challenges_is_one_of_its_own(app, config):
    key = app.extensions["dengshao.challenges"].key

    assert key == config.key("challenge")
    assert key not in (config.key("form token"), config.key("pepper"), config.key("session"))
