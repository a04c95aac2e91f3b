"""What the browser carries at the gate: a try that is under way, and the mark of who has passed.

Both are signed, bound to their purpose, and short. Neither holds a token or a password.
"""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from ...wire.signing import MomentSigner

SECONDS: Final = 600
"""For so long a try may take, and for so long who has passed may sign in."""


@dataclass(frozen=True)
class Try:
    """One way to the provider and back. What it holds is good for this one alone."""

    state: str
    nonce: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """Give what the provider learns of the verifier (RFC 7636, S256)."""
        digest = sha256(self.verifier.encode("ascii")).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def new_try() -> Try:
    return Try(*(secrets.token_urlsafe(32) for _ in range(3)))


class Marks:
    """Writes and reads both, under a key of the secret file."""

    def __init__(self, key: bytes) -> None:
        self._tries = URLSafeTimedSerializer(key, salt="gate try", signer=MomentSigner)
        self._passed = URLSafeTimedSerializer(key, salt="gate passed", signer=MomentSigner)

    def write_try(self, one: Try) -> str:
        return _text(self._tries.dumps([one.state, one.nonce, one.verifier]))

    def read_try(self, text: str | None) -> Try | None:
        found = _read(self._tries, text)
        is_ours = isinstance(found, list) and len(found) == 3
        return Try(*found) if is_ours else None

    def write_passed(self, who: str) -> str:
        """Mark that somebody has passed; without a name where the gate let go by without one."""
        return _text(self._passed.dumps(who))

    def read_passed(self, text: str | None) -> str | None:
        found = _read(self._passed, text)
        return found if isinstance(found, str) else None


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode("ascii")


def _read(signer: URLSafeTimedSerializer, text: str | None) -> Any:
    """Read what we signed, at most so long ago; None for all else."""
    try:
        return signer.loads(text or "", max_age=SECONDS)
    except BadData:
        return None
