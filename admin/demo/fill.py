"""Sends the demo's invented tips through intake, the way every tip comes in."""

import secrets
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import today
from ..house import house
from ..intake.services import Intake, Submission, receive
from ..models import Tip
from ..tokens import FormNonce
from ..vault import vault
from .tips import demo_tips


def fill_tips(session: Session) -> int:
    """Send the tips into a store that has none; gives how many. The caller commits.

    Their receipts are thrown away: who tries the demo writes a tip and gets a receipt.
    """
    if session.scalars(select(Tip.id).limit(1)).first() is not None:
        return 0
    intake = _intake(session)
    tips = demo_tips()
    for answers in tips:
        receive(session, Submission(intake, _nonce(), answers))
    return len(tips)


def _intake(session: Session) -> Intake:
    day_key = vault().day_keys.get(session, today())
    if day_key is None:
        raise RuntimeError("today's key is always there or made")
    return Intake(
        district=house().district,
        units=vault().units.get(),
        site_id=house().site_id,
        day_key=day_key,
        pepper=house().pepper,
    )


def _nonce() -> FormNonce:
    return FormNonce(secrets.token_bytes(16), int(time.time()))
