"""Tips that a browser sealed and whose proof it solved, made before the clock starts."""

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable

from altcha import v1

from admin.intake.challenge import Challenges
from admin.sealing import age, payload

from .load import ANSWERS, JSON, Connection
from .place import Place

UNIT = "police"


def post_sealed(place: Place, count: int) -> Callable[[Connection], float]:
    """POST sealed tips that differ in receipt, reference and proof.

    They have one and the same file in them: to a server that can't open it, it is as good as any.
    """
    challenges = Challenges(place.config.key("challenge"))
    heads = [_head(challenges) for _ in range(count)]
    rest = _rest(place)

    def step(connection: Connection) -> float:
        body = heads.pop() + rest
        started = time.perf_counter()
        status, answer = connection.post("/tip/sealed", body, JSON)
        assert status == 200, (status, answer[:300])
        assert answer.startswith(b'{"stored": true, "lane": ""}'), answer[:100]
        return time.perf_counter() - started

    return step


def _head(challenges: Challenges) -> bytes:
    """Make the first part of a body: all that differs."""
    content = {
        "lookup": secrets.token_hex(16),
        "reference": payload.new_reference(),
        "proof": solved(challenges.new(1)),
    }
    return json.dumps(content).encode()[:-1] + b", "


def solved(challenge: dict) -> str:
    names = ("algorithm", "challenge", "salt", "signature")
    solution = v1.solve_challenge(challenge["challenge"], challenge["salt"], "SHA-256", 1)
    content = {name: challenge[name] for name in names} | {"number": solution.number}
    return b64encode(json.dumps(content).encode()).decode()


def _rest(place: Place) -> bytes:
    """Make the second part of a body, which all have alike."""
    unit = place.identities[UNIT].recipient
    words = payload.Tip(payload.new_reference(), ANSWERS, str(unit), secrets.token_bytes(32))
    label = payload.Label("A4", "hekou")
    content = {
        "unit": UNIT,
        "urgency": "P2",
        "label": b64encode(age.seal(label.to_bytes(), [unit])).decode(),
        "sealed": b64encode(age.seal(words.to_bytes(), [unit, unit])).decode(),
        "website": "",
    }
    return json.dumps(content).encode()[1:]
