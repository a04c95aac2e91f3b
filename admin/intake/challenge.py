"""Proofs of work (ALTCHA): what a phone solves in a second, and a flood pays for by the tip.

Nothing is kept of a challenge that was given: its signature tells that it is ours.
"""

import json
from binascii import a2b_base64
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

from altcha import v1
from flask import Flask, current_app

from ..app_state import AppState
from ..db import SHANGHAI
from ..vault.spent.challenges import SolvedChallenge

GOOD_FOR = timedelta(minutes=20)
_ALGORITHM: v1.AlgoType = "SHA-256"
# A proof has some 300 characters; longer ones are not worth taking apart.
_PROOF_MAX = 1024
_FIELDS = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


@dataclass(frozen=True)
class Challenges:
    """Gives challenges and reads their proofs, under a key of their own."""

    key: bytes

    def new(self, max_number: int) -> dict[str, str | int]:
        """Make a challenge whose answer lies between 0 and `max_number`."""
        made = v1.create_challenge(
            v1.ChallengeOptions(
                algorithm=_ALGORITHM,
                max_number=max_number,
                hmac_key=self.key,
                expires=datetime.now(UTC) + GOOD_FOR,
            )
        )
        return {
            "algorithm": made.algorithm,
            "challenge": made.challenge,
            "maxnumber": made.max_number,
            "salt": made.salt,
            "signature": made.signature,
        }

    def read(self, proof: str) -> SolvedChallenge | None:
        """Read a proof as browsers send it; None unless it solves one of ours that still holds."""
        solution = _solution(proof)
        if solution is None:
            return None
        is_right, _reason = v1.verify_solution(solution, self.key)
        if not is_right:
            return None
        return SolvedChallenge(solution["challenge"], ends_on=_ends_on(solution["salt"]))


def _solution(proof: str) -> v1.PayloadType | None:
    """Take a proof apart; the library looks at values of the right kind alone."""
    if len(proof) > _PROOF_MAX:
        return None
    try:
        content: Any = json.loads(a2b_base64(proof, strict_mode=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("algorithm") != _ALGORITHM:
        return None
    if any(type(content.get(name)) is not kind for name, kind in _FIELDS.items()):
        return None
    # JSON can spell half a character, which the library could not encode.
    return cast(v1.PayloadType, content) if content["salt"].isascii() else None


def _ends_on(salt: str) -> date:
    """Read the end that we wrote into a challenge whose signature has been checked."""
    seconds = int(parse_qs(salt.partition("?")[2])["expires"][0])
    return datetime.fromtimestamp(seconds, SHANGHAI).date()


def init_challenges(app: Flask) -> None:
    """Give the application its key for challenges."""
    app_state: AppState = app.extensions["dengshao"]
    app.extensions["dengshao.challenges"] = Challenges(app_state.config.key("challenge"))


def challenges() -> Challenges:
    """Get the current application's challenges."""
    found: Challenges = current_app.extensions["dengshao.challenges"]
    return found
