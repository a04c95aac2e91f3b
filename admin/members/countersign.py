"""What one person asks for and a second one agrees to, or looks over afterwards.

An end that could bury a tip takes a colleague of the unit who has read it (`desk.endings` says
which ends). On the supervisory way that is not enough: the unit for tips about officials and the
one above it watch over each other, and whoever shuts out the last head of one needs a head of the
other. Whoever ends a tip at either so that it is deleted early needs a head of the upper unit,
there another one: a reporter may have excluded the unit below, which then must not learn that the
tip exists. Without that an administrator, or the one custodian, could make all of it disappear.
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
from ..vault import readers
from . import invitations
from .grounds import Ground, Result

LEAST_DAYS: Final = 30
"""So long at least the words of a tip about an official stay once it was ended early."""
WHY: Final = {
    "left": _l("离职、调岗"),
    "lost": _l("忘了口令，丢了卡"),
    "leak": _l("可能泄露了密钥或内容"),
    "other": _l("别的原因，电话里说"),
}
"""Why somebody is to be shut out; never free words."""


class Kind(enum.StrEnum):
    SUSPEND = "suspend"
    CLOSE = "close"
    REVIEW = "review"
    """An end that one person decided, drawn for a second one to look over."""


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
    check_heads(session, district.ways.guardian(member.unit_id), but=by.name)
    row = open_row(session, Countersign.member_id == member.id)
    if row is None:
        row = Countersign(kind=Kind.SUSPEND, unit_id=member.unit_id or "", member_id=member.id)
    return write_down(session, row, why=why if why in WHY else "other", by=by, about=member.name)


def check_heads(session: Session, unit_id: str | None, *, but: str) -> None:
    if unit_id is None or not set(invitations.heads(session, unit_id)) - {but}:
        raise NobodyToAsk


def write_down(
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
    detail = " ".join(filter(None, (row.kind, why, about, row.grounds)))
    record(
        session,
        "review_drawn" if row.kind == Kind.REVIEW else "second_asked",
        by=by.name,
        unit_id=row.unit_id,
        reference=reference,
        detail=detail,
    )
    return row


def open_row(session: Session, which: object) -> Countersign | None:
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
    other = Countersign.second_unit_id.is_(None) & Countersign.unit_id.in_(district.ways.takers)
    mine = Countersign.second_unit_id == staff.unit_id
    query = select(Countersign).where(Countersign.settled_on.is_(None), mine | other)
    rows = session.scalars(query.order_by(Countersign.asked_on, Countersign.id))
    hidden = set(session.scalars(readers.recused_tips(staff.member_id)))
    return [row for row in rows if row.tip_id not in hidden and _is_second(district, row, staff)]


def needs_head(row: Countersign) -> bool:
    """Tell whether a head alone can be the second person.

    So it is wherever another unit agrees, or the sealed way asks for it; a request from before
    there were grounds is one of that way.
    """
    if row.kind == Kind.SUSPEND or row.second_unit_id != row.unit_id:
        return True
    return row.kind == Kind.CLOSE and (not row.grounds or Ground.SEALED in row.grounds.split())


def _is_second(district: District, row: Countersign, staff: Staff) -> bool:
    if row.asked_by == staff.name or not is_allowed(Act.DECIDE, staff.roles):
        return False
    if needs_head(row) and not is_allowed(Act.SPEAK_CODE, staff.roles):
        return False
    ways = district.ways
    asked = ways.guardian if row.kind == Kind.SUSPEND else ways.closer
    return staff.unit_id == (row.second_unit_id or asked(row.unit_id))


def take(session: Session, district: District, request_id: int, *, by: Staff) -> Countersign:
    """Hold an open request for its second person. Raises `Settled` or `NotSecond`.

    The tip is held first, as by who asks: two that hold one each would wait for each other.
    """
    this = Countersign.id == request_id
    tip_id = _hold_tips(session, request_id)
    row = session.scalars(
        select(Countersign).where(this, Countersign.settled_on.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise Settled
    if not _is_second(district, row, by) or (
        tip_id is not None and readers.is_recused(session, tip_id, by.member_id)
    ):
        raise NotSecond
    return row


def _hold_tips(session: Session, request_id: int) -> int | None:
    """Hold the tip of a request, and the one that it goes into or comes out of; returns its id.

    In the order of their ids, as all who hold two do: the other one may come first.
    """
    query = select(Countersign.tip_id, Countersign.other_id, Tip.merged_into_id)
    query = query.outerjoin(Tip, Tip.id == Countersign.tip_id)
    row = session.execute(query.where(Countersign.id == request_id)).one_or_none()
    tip_id, *others = row or (None,)
    held = {number for number in (tip_id, *others) if number is not None}
    tips = select(Tip).where(Tip.id.in_(held)).order_by(Tip.id).with_for_update(of=Tip)
    session.execute(tips.execution_options(populate_existing=True))
    return tip_id


def settle(
    session: Session,
    row: Countersign,
    *,
    is_granted: bool,
    by: Staff,
    result: Result | None = None,
) -> None:
    """Write down what the second person said. The caller commits."""
    row.settled_by, row.settled_on, row.is_granted = by.name, today(), is_granted
    row.result = result or (Result.GRANTED if is_granted else Result.REFUSED)
    session.flush()
    tip = session.get(Tip, row.tip_id) if row.tip_id is not None else None
    record(
        session,
        _line(row),
        by=by.name,
        unit_id=row.unit_id,
        reference=tip.reference if tip else None,
        detail=f"{row.kind} {row.why} {row.asked_by}",
    )


def lapse(session: Session, row: Countersign, *, by: Staff) -> None:
    """End a request that does not fit any more. The caller commits."""
    settle(session, row, is_granted=False, by=by, result=Result.LAPSED)


def _line(row: Countersign) -> str:
    if row.result == Result.LAPSED:
        return "second_lapsed"
    if row.kind == Kind.REVIEW:
        return f"review_{row.result}"
    return "second_given" if row.is_granted else "second_refused"
