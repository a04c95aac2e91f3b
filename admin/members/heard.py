"""What two people read to each other while one of them joins; this server passes it on.

The speaker reads the unit's 核对码 with the code, and the new member reads back their own. Each
browser compares what was heard with what this server says, and the speaker's leaves a MAC under the
unit's seed beside what it heard (decision 67).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.roles import WITHOUT_CONTENT
from ..keys import issuing
from ..keys.posted import BadKeys
from ..models import Invitation

_CODE: Final = re.compile("[0-9]{24}")
_MAC: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Heard:
    """What a holder's browser posts of the 核对码 that its member typed."""

    code: str
    mac: bytes


def read_heard(posted: Mapping[str, object]) -> Heard:
    """Check what a holder's browser posts, as far as one can. Raises `BadKeys`."""
    return Heard(
        _matched(posted.get("code"), _CODE), bytes.fromhex(_matched(posted.get("mac"), _MAC))
    )


def _matched(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadKeys
    return value


def keep(session: Session, invitation: Invitation, heard: Heard) -> None:
    """Keep what was read back with the invitation; the caller commits."""
    invitation.heard_code, invitation.heard_mac = heard.code, heard.mac
    session.flush()


def unit_key(session: Session, invitation: Invitation) -> dict[str, str] | None:
    """Tell who joins of the unit's key, which their browser holds against what they heard.

    None where nobody read one out: the unit has none, or the new member is to hold none.
    """
    key = issuing.current_key(session, invitation.unit_id or "")
    if key is None or WITHOUT_CONTENT & set(invitation.roles):
        return None
    return {"id": key.unit_id, "recipient": key.recipient, "recovery": key.recovery}


def answers(session: Session, unit_id: str) -> dict[str, dict[str, str]]:
    """Give by name what was heard of those who joined."""
    rows = session.execute(
        select(Invitation.name, Invitation.heard_code, Invitation.heard_mac).where(
            Invitation.unit_id == unit_id,
            Invitation.used_on.is_not(None),
            Invitation.heard_mac.is_not(None),
        )
    )
    return {name: {"code": code, "mac": mac.hex()} for name, code, mac in rows if code and mac}
