"""Shuts a member out by page. What they could open before stays open to their key, and is told.

There is no way back by a switch: who returns is invited anew, with a new card and a new key.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..audit.log import hold_log, record
from ..models import Member
from ..signin import services
from . import countersign
from .countersign import NeedsSecond
from .leaving import services as departure


class OwnAccount(Exception):
    """Nobody shuts out themselves."""


class LastAdministrator(Exception):
    """Without an administrator nobody could be invited or shut out any more."""


class AlreadySuspended(Exception):
    """The member was shut out before."""


def suspend(session: Session, member: Member, *, by: str, seconded: bool = False) -> None:
    """Shut a member out at once, end their sessions, and write it down. The caller commits.

    Raises `OwnAccount`, `AlreadySuspended` or `LastAdministrator`; and, unless a second person
    agreed (`seconded`), `NeedsSecond` for the last head or custodian of the supervisory way.
    """
    if member.name == by:
        raise OwnAccount
    hold_log(session)
    if member.suspended_on is not None:
        raise AlreadySuspended
    _keep_an_administrator(session, member)
    if not seconded and countersign.is_last(session, app_state().district, member, is_held=True):
        raise NeedsSecond
    services.suspend(session, member)
    departure.shut_out(session, member, by=by)
    record(session, "suspended", by=by, unit_id=member.unit_id, detail=member.name)


def retire_replaced(session: Session, member: Member, *, by: str) -> None:
    """Shut out the account in whose place a new one comes, as of one who forgot the passphrase.

    The unit's key is renewed by a remaining holder, who then hands the new one on; where none is
    left, by the recovery sheet. The caller commits. A no-op for who was shut out before. Raises
    `LastAdministrator` where the new account, which is there already, is no administrator's.
    """
    if member.suspended_on is not None:
        return
    hold_log(session)
    _keep_an_administrator(session, member)
    services.suspend(session, member)
    departure.shut_out(session, member, by=by)
    record(session, "replaced", by=by, unit_id=member.unit_id, detail=member.name)


def _keep_an_administrator(session: Session, member: Member) -> None:
    if "administrator" in member.roles and len(_administrators(session)) < 2:
        raise LastAdministrator


def _administrators(session: Session) -> list[str]:
    # Held until the commit: two who shut each other out at once must not both find another.
    rows = session.execute(
        select(Member.name, Member.roles)
        .where(Member.suspended_on.is_(None), Member.unit_id.is_(None))
        .order_by(Member.id)
        .with_for_update()
    )
    return [name for name, roles in rows if "administrator" in roles]
