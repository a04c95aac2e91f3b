"""What one person asks for and a second one agrees to, or looks over afterwards.

An end that could bury a tip takes a colleague of the unit who has read it (`desk.endings` says
which ends). On the supervisory way that is not enough: the unit for tips about officials and the
one above it watch over each other, and whoever shuts out the last head of one needs a head of the
other. Whoever ends a tip at either so that it is deleted early needs a head of the upper unit,
there another one: a reporter may have excluded the unit below, which then must not learn that the
tip exists. Without that an administrator, or the one custodian, could make all of it disappear.
"""

import enum
from collections.abc import Collection
from dataclasses import dataclass
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
    REVIEW = "review"
    """An end that one person decided, drawn for a second one to look over."""


class Ground(enum.StrEnum):
    """Why an end takes two. The value stands in the row and in the audit log."""

    SEALED = "sealed"
    """It deletes early what may be about an official: a head of the unit above agrees."""
    UNOPENED = "unopened"
    """Nobody has opened the tip."""
    URGENT = "urgent"
    """It is P0 or P1, or was until staff graded it lower."""
    DANGER = "danger"
    """Its reporter told of danger."""
    MINOR = "minor"
    """The member's browser found in its words that a minor suffers."""
    FABRICATED = "fabricated"
    """It says that the report may be made up, which another organ has to rule."""
    EARLY = "early"
    """Its words go within thirty days."""
    MASS = "mass"
    """It is asked for with others at once."""


class Result(enum.StrEnum):
    """How it came out."""

    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It did not fit any more."""
    AGREED = "agreed"
    """Who looked an end over found it right."""
    REOPENED = "reopened"
    """They found it wrong, and took the tip up again."""
    RECORDED = "recorded"
    """They found it wrong, and left it at saying so."""


@dataclass(frozen=True)
class Asking:
    """What stands beside a request to end a tip."""

    outcome: str
    grounds: Collection[Ground]
    note: int | None = None
    """The number of the note that says why."""
    other_id: int | None = None
    """The tip into which it is to be merged."""


class NeedsSecond(Exception):
    """One person alone must not do this: ask for the second."""


class NobodyToAsk(Exception):
    """The unit that would have to agree has no head."""


class NobodyHere(NobodyToAsk):
    """The unit has nobody else who could agree."""


class NotRead(Exception):
    """The second person has not opened the tip since the last words came to it."""


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
    session: Session, district: District, tip: Tip, asking: Asking, *, by: Staff
) -> Countersign:
    """Ask for a second person to end a tip, as the asker sees it now.

    Raises `NobodyToAsk`. The caller holds the tip's row, and commits.
    """
    second = second_unit(session, district, tip, asking.grounds, by=by)
    row = _open(session, Countersign.tip_id == tip.id)
    if row is not None and row.kind == Kind.REVIEW:
        # The end that was to be looked over is none any more.
        lapse(session, row, by=by)
        row = None
    if row is None:
        row = Countersign(kind=Kind.CLOSE, unit_id=tip.unit_id, tip_id=tip.id)
    row.version, row.second_unit_id = tip.version, second
    row.grounds, row.note, row.other_id = " ".join(asking.grounds), asking.note, asking.other_id
    return _ask(session, row, why=asking.outcome, by=by, reference=tip.reference)


def draw_review(session: Session, tip: Tip, *, outcome: str, by: Staff) -> Countersign:
    """Let an end that one person decided be looked over by a colleague. The caller commits."""
    row = _open(session, Countersign.tip_id == tip.id)
    if row is not None:
        lapse(session, row, by=by)
    row = Countersign(
        kind=Kind.REVIEW,
        unit_id=tip.unit_id,
        second_unit_id=tip.unit_id,
        tip_id=tip.id,
        version=tip.version,
    )
    return _ask(session, row, why=outcome, by=by, reference=tip.reference)


def second_unit(
    session: Session, district: District, tip: Tip, grounds: Collection[Ground], *, by: Staff
) -> str:
    """Choose the unit whose people agree. Raises `NobodyToAsk` where nobody could.

    A unit that has one reader alone waits for a second: the unit above may be one that the
    reporter excluded, and must not learn of the tip. On the supervisory way it does agree.
    """
    above = district.ways.closer(tip.unit_id)
    if Ground.SEALED in grounds:
        _check_heads(session, above, but=by.name)
        return above or ""
    if colleagues(session, tip, but=by.name):
        return tip.unit_id
    if above is None or above == tip.unit_id:
        raise NobodyHere
    _check_heads(session, above, but=by.name)
    return above


def colleagues(session: Session, tip: Tip, *, but: str) -> list[str]:
    """Name who of the tip's unit may agree to its end: they decide, and have no part in it."""
    rows = session.execute(
        select(Member.id, Member.name, Member.roles).where(
            Member.unit_id == tip.unit_id, Member.suspended_on.is_(None), Member.name != but
        )
    ).all()
    recused = readers.recused_members(session, tip.id)
    return [row.name for row in rows if row.id not in recused and is_allowed(Act.DECIDE, row.roles)]


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
    tip_id = session.execute(select(Countersign.tip_id).where(this)).scalar()
    tip = select(Tip).where(Tip.id == tip_id).with_for_update(of=Tip)
    session.execute(tip.execution_options(populate_existing=True))
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


def check_read(session: Session, row: Countersign, tip: Tip, *, by: Staff) -> None:
    """Raise `NotRead` unless the second person has read the tip, with the reason for its end.

    Nobody of another unit can open it: they ask by telephone.
    """
    if by.unit_id != tip.unit_id:
        return
    if not readers.has_read(session, tip, by.member_id, note=row.note):
        raise NotRead


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
