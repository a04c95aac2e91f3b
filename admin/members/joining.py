"""How a member's keys come in from the browser that made them, and a member out of them."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.log import record
from ..db import today
from ..keys import issuing
from ..keys.posted import BadKeys, check_recipient
from ..models import Invitation, Member
from ..sealing.age.header import read_header
from ..sealing.errors import SealingError
from ..sealing.member import SALT
from ..sealing.payload import CROCKFORD
from . import invitations, suspension

_STRETCHED: Final = ("scrypt", "17")
_MOST_IDENTITY: Final = 2000
_SETUP_FILE: Final = "setup-code"
_SETUP_LENGTH: Final = 20


class SetupDone(Exception):
    """There are members: the first administrator was made, or the demo."""


class WrongSetupCode(Exception):
    """Not the code that lies on the server."""


@dataclass(frozen=True)
class NewKeys:
    """A member's keys as their browser posts them: public, hashed or sealed."""

    recipient: str
    salt: bytes
    auth_hash: bytes
    sealed_identity: bytes = field(repr=False)


def read_keys(posted: Mapping[str, object]) -> NewKeys:
    """Check what can be checked without opening anything. Raises `BadKeys`."""
    try:
        keys = NewKeys(
            recipient=str(posted.get("recipient")),
            salt=bytes.fromhex(str(posted.get("salt"))),
            auth_hash=bytes.fromhex(str(posted.get("auth_hash"))),
            sealed_identity=bytes.fromhex(str(posted.get("sealed_identity"))),
        )
    except ValueError:
        raise BadKeys from None
    if len(keys.salt) != SALT or len(keys.auth_hash) != 32:
        raise BadKeys
    check_recipient(keys.recipient)
    _check_identity(keys.sealed_identity)
    return keys


def _check_identity(sealed: bytes) -> None:
    """Raise `BadKeys` unless a passphrase opens it, and none that is cheaper to guess than ours."""
    try:
        stanzas = read_header(BytesIO(sealed)).stanzas
    except SealingError:
        raise BadKeys from None
    arguments = stanzas[0].arguments
    found = arguments[0], arguments[-1]
    if len(stanzas) != 1 or len(arguments) != 3 or found != _STRETCHED:
        raise BadKeys
    if len(sealed) > _MOST_IDENTITY:
        raise BadKeys


def join(
    session: Session,
    invitation: Invitation,
    keys: NewKeys,
    *,
    code: str,
    signed_in: str | None,
    key: bytes,
) -> Member:
    """Turn an invitation into a member. The caller commits, also where the code is wrong.

    Raises `invite.NoInvitation`, `invite.OwnInvitation`, `invite.NoCodeYet`, `invite.WrongCode`,
    `enrol.NameTaken` or `suspension.LastAdministrator`.
    """
    check_not_own(invitation, signed_in)
    invitations.check_backed(session, invitation)
    invitations.try_code(session, invitation, code, key=key)
    member = issuing.add_member(
        session, keys, name=invitation.name, unit_id=invitation.unit_id, roles=invitation.roles
    )
    if invitation.replaces_id is not None:
        old = session.get_one(Member, invitation.replaces_id)
        suspension.retire_replaced(session, old, by=invitation.made_by)
    invitation.used_on = today()
    session.flush()
    spoken = (
        invitations.BY_LINK
        if invitations.is_self_named(session, invitation)
        else invitation.code_by
    )
    behind = f"{invitation.made_by} {spoken}"
    record(session, "joined", by=member.name, unit_id=member.unit_id, detail=behind)
    return member


def check_not_own(invitation: Invitation, signed_in: str | None) -> None:
    """Raise `invite.OwnInvitation` where the new member is one of the two behind the invitation.

    Whoever is signed in has an account already, so it is none of theirs either.
    """
    if signed_in is not None or invitation.name in (invitation.made_by, invitation.code_by):
        raise invitations.OwnInvitation


def has_members(session: Session) -> bool:
    return session.execute(select(Member.id).limit(1)).first() is not None


def write_setup_code(session: Session, data: Path, desk: str = "") -> Path | None:
    """Leave the one-time code of an empty store in its data folder; None where members are.

    Where the desk's address is given, a link stands under the code: behind the "#" no server and
    no log sees it. A code that lies there stays: a restart must not spoil what somebody has copied.
    """
    path = data / _SETUP_FILE
    if has_members(session):
        path.unlink(missing_ok=True)
        return None
    if not path.exists():
        code = "".join(secrets.choice(CROCKFORD) for _ in range(_SETUP_LENGTH))
        path.touch(mode=0o600, exist_ok=False)
        grouped = "-".join(re.findall(".....", code))
        link = f"{desk}/desk/setup#{grouped}\n" if desk else ""
        path.write_text(f"{grouped}\n{link}", "ascii")
    return path


def is_setup_code(data: Path, typed: str) -> bool:
    try:
        expected = _plain((data / _SETUP_FILE).read_text("ascii").partition("\n")[0])
    except (OSError, ValueError):
        return False
    return len(expected) == _SETUP_LENGTH and secrets.compare_digest(expected, _plain(typed))


def _plain(text: str) -> str:
    letters = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


def set_up(session: Session, keys: NewKeys, *, name: str, code: str, data: Path) -> Member:
    """Make the first administrator of an empty store. The caller commits.

    Raises `SetupDone`, `WrongSetupCode` or `enrol.BadName`.
    """
    if not is_setup_code(data, code):
        raise WrongSetupCode
    name = issuing.clean_name(name)
    # First the line of the log, which one writer at a time may add: so the store stays empty
    # between the look and the row, whatever two people do at once.
    record(session, "setup", by=name)
    if has_members(session):
        raise SetupDone
    return issuing.add_member(session, keys, name=name, unit_id=None, roles=("administrator",))
