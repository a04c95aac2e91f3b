"""Sends the demo's invented tips through intake, the way every tip comes in."""

import secrets
import time
from collections.abc import Sequence
from contextlib import nullcontext
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..cleaning import Uncleanable, sniff
from ..db import today
from ..intake.current import current_intake
from ..intake.no_js.plain_files import (
    Piece,
    Sealer,
    Tidied,
)
from ..intake.services import receive
from ..intake.submission import Submission
from ..intake.supplements import SealedFile, add_files
from ..models import Tip
from ..vault.files.blobs import BlobStore
from ..wire.form_tokens import FormNonce
from .evidence import EVIDENCE
from .tips import demo_files, demo_tips


def fill_tips(session: Session, blobs: BlobStore) -> int:
    """Send the tips into a store that has none; gives how many. The caller commits.

    Their receipts are thrown away: who tries the demo writes a tip and gets a receipt. A process
    that did this has used the store of files, and must not fork any more.
    """
    if session.scalars(select(Tip.id).limit(1)).first() is not None:
        return 0
    intake = current_intake(session, today())
    if intake is None:
        raise RuntimeError("today's key is there, or is made")
    tips = demo_tips()
    sealer = Sealer(session, blobs, nullcontext)
    # Files first: each is stored, and its room promised, in transactions of their own.
    files = [_seal(sealer, names) for names in demo_files()]
    for answers, brought in zip(tips, files, strict=True):
        sent = Submission(intake, _nonce(), answers)
        receive(session, sent)
        if brought:
            add_files(session, sent, brought)
    return len(tips)


def _seal(sealer: Sealer, names: Sequence[str]) -> list[SealedFile]:
    return [sealer.seal_apart(_tidied(name)) for name in names]


def _tidied(name: str) -> Tidied:
    """Make one of the invented files: the picture says that it was cleaned, the sound not."""
    shown, make = EVIDENCE[name]
    data = make()
    is_cleaned = name == "picture"
    piece = Piece(shown, sniff(data), data, "cleaned" if is_cleaned else "kept")
    reason = None if is_cleaned else Uncleanable.NO_SANDBOX
    return Tidied(shown, sha256(data).digest(), (piece,), reason)


def _nonce() -> FormNonce:
    return FormNonce(secrets.token_bytes(16), int(time.time()))
