"""Proofs of work: what the browser solves, the server's library takes."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from altcha import v1

KEY = "a key of the tests"


def challenge(number, most=20_000, **changes):
    made = v1.create_challenge(
        v1.ChallengeOptions(
            algorithm="SHA-256",
            max_number=most,
            number=number,
            hmac_key=KEY,
            expires=datetime.now(UTC) + timedelta(minutes=20),
        )
    )
    given = {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": made.max_number,
        "salt": made.salt,
        "signature": made.signature,
    }
    return given | changes


NUMBERS = [0, 1, 9, 10, 12_345, 20_000]


def test_what_the_browser_solves_both_libraries_take(work):
    proofs = work([("solve", challenge(number)) for number in NUMBERS])

    assert [v1.verify_solution(proof, KEY) for proof in proofs] == [(True, None)] * len(NUMBERS)
    found = [json.loads(base64.b64decode(proof))["number"] for proof in proofs]
    assert found == NUMBERS
    verdicts = work([("verify", {"proof": proof, "key": KEY}) for proof in proofs])
    assert verdicts == [True] * len(NUMBERS)


def test_a_proof_of_another_number_is_not_taken(work):
    [proof] = work([("solve", challenge(12))])
    content = json.loads(base64.b64decode(proof)) | {"number": 13}
    forged = base64.b64encode(json.dumps(content).encode()).decode()

    assert v1.verify_solution(forged, KEY) == (False, None)


REFUSED = {
    "another algorithm": challenge(3, algorithm="SHA-1"),
    "a range without an end": challenge(3, maxnumber=10**12),
    "no range": challenge(3, maxnumber=None),
    "a number beyond the range": challenge(30, maxnumber=20),
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_no_phone_is_kept_busy_for_nothing(work, given):
    assert work([("solve", given)]) == [{"error": "BadChallenge"}]
