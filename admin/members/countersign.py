"""What on the supervisory way one person asks for, and a second one agrees to.

The unit for tips about officials and the one above it watch over each other: whoever shuts out the
last head of one needs a head of the other. Whoever ends a tip at either so that it is deleted early
needs a head of the upper unit, there another one: a reporter may have excluded the unit below,
which then must not learn that the tip exists. Without that an administrator, or the one custodian,
could make all of it disappear.
"""

import enum
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import Staff
from ..audit.log import record
from ..db import today
from ..district.data import District
from ..models import (
    Countersign,
    Member,
    Tip,
)
from . import invitations

LEAST_DAYS: Final = 30
"""So long at least the words of a tip about an official stay once it was ended early."""
WHY: Final = {
    "left": _l("离职、调岗"),
    "lost": _l("忘了口令，丢了卡"),
    "leak": _l("可能泄露了钥匙或内容"),
    "other": _l("别的原因，电话里说"),
}
"""Why somebody is to be shut out; never free words."""


class Kind(enum.StrEnum):
    SUSPEND = "suspend"
    CLOSE = "close"


class NeedsSecond(Exception):
    """One person alone must not do this: ask for the second."""


class NobodyToAsk(Exception):
    """The unit that would have to agree has no head."""


class NotSecond(Exception):
    """This member is not the second person for it: of another unit, or who asked."""


class Settled(Exception):
    """There is no such request any more."""


def is_last(session: Session, district: District, member: Member, *, is_held: bool = False) -> bool:
    """Tell whether a guarded unit would be left without a head, or without a custodian.

    Held until the commit, if asked to: two who are shut out at once must not both find the other.
    """
    if district.ways.guardian(member.unit_id) is None or member.suspended_on is not None:
        return False
    query = (
        select(Member.name, Member.roles)
        .where(Member.unit_id == member.unit_id, Member.suspended_on.is_(None))
        .order_by(Member.id)
    )
    rows = session.execute(query.with_for_update() if is_held else query)
    others = [roles for name, roles in rows if name != member.name]
    return _is_without(member, others, "custodian") or (
        is_allowed(Act.SPEAK_CODE, member.roles)
        and not any(is_allowed(Act.SPEAK_CODE, roles) for roles in others)
    )


def _is_without(member: Member, others: list[list[str]], role: str) -> bool:
    return role in member.roles and not any(role in roles for roles in others)


def speaking_unit(
    session: Session, district: District, unit_id: str | None, replaced: Member | None
) -> str | None:
    """Name the unit whose head speaks the code of an invitation, where it is not the member's own.

    Otherwise an administrator would play both people behind a new custodian.
    """
    guardian = district.ways.guardian(unit_id)
    if guardian is None or not invitations.heads(session, guardian):
        return None
    if replaced is not None and is_last(session, district, replaced):
        return guardian
    return None if unit_id and invitations.heads(session, unit_id) else guardian


def ask_to_suspend(
    session: Session, district: District, member: Member, *, why: str, by: Staff
) -> Countersign:
    """Ask for a second person to shut a member out. Raises `NobodyToAsk`. The caller commits."""
    _check_heads(session, district.ways.guardian(member.unit_id), but=by.name)
    row = _open(session, Countersign.member_id == member.id)
    if row is None:
        row = Countersign(kind=Kind.SUSPEND, unit_id=member.unit_id or "", member_id=member.id)
    return _ask(session, row, why=why if why in WHY else "other", by=by, about=member.name)


def ask_to_close(
    session: Session, district: District, tip: Tip, *, outcome: str, by: Staff
) -> Countersign:
    """Ask for a second person to end a tip early, as the asker sees it now.

    Raises `NobodyToAsk`. The caller commits.
    """
    _check_heads(session, district.ways.closer(tip.unit_id), but=by.name)
    row = _open(session, Countersign.tip_id == tip.id)
    if row is None:
        row = Countersign(kind=Kind.CLOSE, unit_id=tip.unit_id, tip_id=tip.id)
    row.version = tip.version
    return _ask(session, row, why=outcome, by=by, reference=tip.reference)


def _check_heads(session: Session, unit_id: str | None, *, but: str) -> None:
    if unit_id is None or not set(invitations.heads(session, unit_id)) - {but}:
        raise NobodyToAsk


def _ask(
    session: Session,
    row: Countersign,
    *,
    why: str,
    by: Staff,
    about: str = "",
    reference: str | None = None,
) -> Countersign:
    """Write the request down; one that is open already takes the new asker and reason."""
    row.why, row.asked_by, row.asked_on = why, by.name, today()
    session.add(row)
    session.flush()
    detail = " ".join(filter(None, (row.kind, why, about)))
    record(
        session,
        "second_asked",
        by=by.name,
        unit_id=row.unit_id,
        reference=reference,
        detail=detail,
    )
    return row


def _open(session: Session, which: object) -> Countersign | None:
    query = select(Countersign).where(which, Countersign.settled_on.is_(None))  # type: ignore[arg-type]
    return session.scalars(query.with_for_update()).one_or_none()


def open_of_tip(session: Session, tip_id: int) -> Countersign | None:
    query = select(Countersign).where(
        Countersign.tip_id == tip_id, Countersign.settled_on.is_(None)
    )
    return session.scalars(query).one_or_none()


def open_members(session: Session) -> set[int]:
    """Tell whom somebody asked to shut out, and nobody has agreed yet."""
    query = select(Countersign.member_id).where(
        Countersign.member_id.is_not(None), Countersign.settled_on.is_(None)
    )
    return {member_id for member_id in session.scalars(query) if member_id is not None}


def open_for(session: Session, district: District, staff: Staff) -> list[Countersign]:
    """Read what this member may be the second person for, the oldest first."""
    if not is_allowed(Act.COUNTERSIGN, staff.roles):
        return []
    query = select(Countersign).where(
        Countersign.unit_id.in_(district.ways.takers), Countersign.settled_on.is_(None)
    )
    rows = session.scalars(query.order_by(Countersign.asked_on, Countersign.id))
    return [row for row in rows if _is_second(district, row, staff)]


def _is_second(district: District, row: Countersign, staff: Staff) -> bool:
    is_close = row.kind == Kind.CLOSE
    ways = district.ways
    unit_id = ways.closer(row.unit_id) if is_close else ways.guardian(row.unit_id)
    return unit_id == staff.unit_id and row.asked_by != staff.name


def take(session: Session, district: District, request_id: int, *, by: Staff) -> Countersign:
    """Hold an open request for its second person. Raises `Settled` or `NotSecond`."""
    row = session.scalars(
        select(Countersign)
        .where(Countersign.id == request_id, Countersign.settled_on.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise Settled
    if not _is_second(district, row, by):
        raise NotSecond
    return row


def settle(session: Session, row: Countersign, *, is_granted: bool, by: Staff) -> None:
    """Write down what the second person said. The caller commits."""
    row.settled_by, row.settled_on, row.is_granted = by.name, today(), is_granted
    session.flush()
    act = "second_given" if is_granted else "second_refused"
    detail = f"{row.kind} {row.why} {row.asked_by}"
    record(session, act, by=by.name, unit_id=row.unit_id, detail=detail)
