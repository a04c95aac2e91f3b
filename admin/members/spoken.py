"""A code that a holder's browser made: this server takes its proof, and passes two MACs on.

Who types the code learns by it which key the unit has, and a holder's browser which key is the new
member's, so that no fingerprint is read out (decision 67; admin/browser/signin/members/spoken.js).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..keys.posted import BadKeys
from ..models import Invitation, UnitKey
from . import invitations

_NONCE: Final = re.compile("[0-9a-f]{32}")
_HASH: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Spoken:
    """What a holder's browser posts of the code that it shows to be spoken; never the code."""

    nonce: bytes
    verifier: str
    """The hash of what who joins must show, in hexadecimal."""
    unit_mac: bytes


def read_spoken(posted: Mapping[str, object]) -> Spoken | None:
    """Read what a holder's browser posts; None where the server is to make eight digits.

    Raises `BadKeys`.
    """
    if "nonce" not in posted:
        return None
    return Spoken(
        nonce=bytes.fromhex(_matched(posted.get("nonce"), _NONCE)),
        verifier=_matched(posted.get("verifier"), _HASH),
        unit_mac=bytes.fromhex(_matched(posted.get("unit_mac"), _HASH)),
    )


def read_member_mac(posted: Mapping[str, object]) -> bytes | None:
    """Read a new member's word for their own key; none after eight digits. Raises `BadKeys`."""
    if "member_mac" not in posted:
        return None
    return bytes.fromhex(_matched(posted.get("member_mac"), _HASH))


def _matched(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadKeys
    return value


def keep(
    session: Session,
    invitation: Invitation,
    made: Spoken,
    unit_key: UnitKey,
    *,
    by: str,
    key: bytes,
) -> None:
    """Keep what a holder's browser left of the code that `by` speaks; an earlier one is void.

    Wrong tries stay counted. Raises `invitations.OwnInvitation`. The caller commits.
    """
    invitations.keep_code(session, invitation, made.verifier, by=by, key=key)
    invitation.spoken_nonce, invitation.spoken_key_id = made.nonce, unit_key.id
    invitation.unit_mac = made.unit_mac
    session.flush()


def vouched_key(session: Session, invitation: Invitation) -> dict[str, Any] | None:
    """Tell who joins for which key of the unit the spoken code vouches; None for eight digits.

    Nobody believes it before the MAC is held against what was spoken.
    """
    if invitation.spoken_nonce is None or invitation.unit_mac is None:
        return None
    key = session.get_one(UnitKey, invitation.spoken_key_id)
    return {
        "nonce": invitation.spoken_nonce.hex(),
        "unit": {"id": key.unit_id, "recipient": key.recipient, "recovery": key.recovery},
        "unit_mac": invitation.unit_mac.hex(),
    }


def answers(session: Session, unit_id: str) -> dict[str, dict[str, str]]:
    """Give by name what those who joined by a spoken code left for a holder's browser."""
    rows = session.execute(
        select(
            Invitation.name,
            Invitation.spoken_nonce,
            Invitation.spoken_key_id,
            Invitation.member_mac,
        ).where(
            Invitation.unit_id == unit_id,
            Invitation.used_on.is_not(None),
            Invitation.member_mac.is_not(None),
        )
    )
    return {
        name: {"nonce": nonce.hex(), "key": str(key_id), "mac": mac.hex()}
        for name, nonce, key_id, mac in rows
        if nonce and mac
    }
