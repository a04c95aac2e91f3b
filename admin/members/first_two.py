"""Opening a unit: its first head and its second member are invited in one step.

The second one's code is spoken by the head, who is invited just now and joins first.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from ..district.data import District
from ..models import Invitation
from . import countersign, invitations
from .invitations import Links

SECOND_ROLES: Final = ("analyst", "registrar")


class HasHead(Exception):
    """The unit has a head: who comes now is invited as usual."""


class SameName(Exception):
    """One person can't be both."""


class InvitedAlready(Exception):
    """There is an open invitation under this name: its link would end unnoticed."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__("invited already")
        self.invitation = invitation


@dataclass(frozen=True)
class Opening:
    """What is shown once: the links of both, and that of the person behind the head."""

    head: Links
    second: Links


def head_role(district: District, unit_id: str) -> str:
    """Name the role of a unit's head; at units for tips about officials it is the custodian."""
    return "custodian" if unit_id in district.ways.takers else "reviewer"


def open_unit(
    session: Session,
    district: District,
    unit_id: str,
    *,
    head: str,
    second: str,
    by: str,
    now: int,
) -> Opening:
    """Invite a unit's first two members. The caller commits.

    Raises `HasHead`, `SameName`, `InvitedAlready`, and what `invitations.invite` raises.
    """
    if invitations.heads(session, unit_id):
        raise HasHead
    if head.strip() == second.strip():
        raise SameName
    for name in (head, second):
        check_not_invited(session, name, now)
    first = invitations.invite(
        session,
        name=head,
        unit_id=unit_id,
        roles=[head_role(district, unit_id)],
        by=by,
        now=now,
        speaking_unit=countersign.speaking_unit(session, district, unit_id, None),
    )
    other = invitations.invite(
        session,
        name=second,
        unit_id=unit_id,
        roles=SECOND_ROLES,
        by=by,
        now=now,
        by_later_head=True,
    )
    return Opening(first, other)


def check_not_invited(session: Session, name: str, now: int) -> None:
    """Raise `InvitedAlready` where an open invitation has this name."""
    try:
        found = invitations.find_by_name(session, name.strip(), now)
    except invitations.NoInvitation:
        return
    raise InvitedAlready(found)
