"""Sends the demo's invented tips through intake, the way every tip comes in."""

import secrets
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import today
from ..intake.current import current_intake
from ..intake.services import receive
from ..intake.submission import Submission
from ..models import Tip
from ..tokens import FormNonce
from .tips import demo_tips


def fill_tips(session: Session) -> int:
    """Send the tips into a store that has none; gives how many. The caller commits.

    Their receipts are thrown away: who tries the demo writes a tip and gets a receipt.
    """
    if session.scalars(select(Tip.id).limit(1)).first() is not None:
        return 0
    intake = current_intake(session, today())
    if intake is None:
        raise RuntimeError("today's key is there, or is made")
    tips = demo_tips()
    for answers in tips:
        receive(session, Submission(intake, _nonce(), answers))
    return len(tips)


def _nonce() -> FormNonce:
    return FormNonce(secrets.token_bytes(16), int(time.time()))
