"""The key of a draft that a browser keeps in its tab: given with the page, and again for a day.

It names no person, no tip and no form: random bytes, signed with their time. Nothing is stored.
"""

import hmac
import secrets
from base64 import b64encode
from typing import Final

from flask import Response

from ..tip.problems import Problem
from .json_api import answer_json, answer_problem, read_json
from .signing import BadSigned, Signer

DRAFT_SECONDS = 24 * 3600
"""For how long a draft's key is given out again."""

_MOST_TICKET = 200
_STEP: Final = 4096


class Drafts:
    """Makes and reads the tickets of drafts, and the key of each."""

    def __init__(self, key: bytes, keep_key: bytes) -> None:
        self._signer = Signer(key, salt="dengshao draft v1", fields=">16s")
        self._keep_key = keep_key

    def new(self) -> str:
        """Make what a page holds: a ticket and its key. The key is in the page's memory alone."""
        nonce = secrets.token_bytes(16)
        return f"{self._signer.sign(nonce)} {self._keep(nonce)}"

    def keep(self, ticket: str) -> str | None:
        """Give the key of a ticket once more; None where it is not ours, or older than a day."""
        if len(ticket) > _MOST_TICKET or not ticket.isascii():
            return None
        try:
            (nonce,), is_fresh = self._signer.read(ticket, seconds=DRAFT_SECONDS)
        except BadSigned:
            return None
        return self._keep(nonce) if is_fresh else None

    def _keep(self, nonce: bytes) -> str:
        return b64encode(hmac.digest(self._keep_key, nonce, "sha256")).decode("ascii")


def answer_ticket(drafts: Drafts) -> Response:
    """Answer a browser that brings a draft's ticket after its page was loaded anew."""
    ticket = read_json(_STEP).get("ticket")
    keep = drafts.keep(ticket) if isinstance(ticket, str) else None
    if keep is None:
        return answer_problem(Problem.TICKET, step=_STEP)
    return answer_json({"keep": keep}, step=_STEP)
