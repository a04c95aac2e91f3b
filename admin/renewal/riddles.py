"""Riddles that only who holds a key answers: the server learns that they do, and nothing it opens.

The answer hangs on the session, so that nothing has to be kept and nothing can be replayed from
another one.
"""

import enum
import hmac
import secrets
from hashlib import sha256

from ..models import UnitKey
from ..sealing import age
from ..signin.services import hash_token


class Purpose(enum.StrEnum):
    """For what a riddle is answered: an answer to one is none to another."""

    RENEW = "renewal"
    RESEAL = "reseal"
    RESTORE = "restore"
    TRANSFER = "transfer"


class WrongProof(Exception):
    """The browser does not hold what it says it holds."""


def riddle(
    unit_key: UnitKey, token: str, key: bytes, purpose: Purpose, *, recovery: bool = False
) -> tuple[bytes, str]:
    """Make a riddle that only a unit's key (or its recovery sheet) opens, and its answer."""
    answer = _answer(unit_key, token, key, purpose, recovery)
    reader = unit_key.recovery if recovery else unit_key.recipient
    # The browser shows that it opened the riddle by its hash: what it posts opens nothing else.
    return age.seal(answer, [age.parse_recipient(reader)]), sha256(answer).hexdigest()


def check(
    proof: str,
    unit_key: UnitKey,
    token: str,
    key: bytes,
    purpose: Purpose,
    *,
    recovery: bool = False,
) -> None:
    """Raise `WrongProof` unless it is the answer to this session's riddle."""
    expected = sha256(_answer(unit_key, token, key, purpose, recovery)).hexdigest()
    if not secrets.compare_digest(proof.encode(), expected.encode()):
        raise WrongProof


def _answer(unit_key: UnitKey, token: str, key: bytes, purpose: str, recovery: bool) -> bytes:
    words = f"{purpose}\n{unit_key.id}\n{recovery}\n".encode() + hash_token(token)
    return hmac.digest(key, words, "sha256")
