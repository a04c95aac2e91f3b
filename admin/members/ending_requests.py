"""Requests for a second person to end a tip, and ends that are drawn for one to look over."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import Staff
from ..district.data import District
from ..models import Countersign, Member, Tip
from ..vault import readers
from . import countersign
from .grounds import Ground


class NobodyHere(countersign.NobodyToAsk):
    """The unit has nobody else who could agree."""


class NotRead(Exception):
    """The second person has not opened the tip since the last words came to it."""


@dataclass(frozen=True)
class Asking:
    """What stands beside a request to end a tip."""

    outcome: str
    grounds: Collection[Ground]
    note: int | None = None
    """The number of the note that says why."""
    other_id: int | None = None
    """The tip into which it is to be merged."""


def ask_to_close(
    session: Session, district: District, tip: Tip, asking: Asking, *, by: Staff
) -> Countersign:
    """Ask for a second person to end a tip, as the asker sees it now.

    Raises `NobodyToAsk`. The caller holds the tip's row, and commits.
    """
    second = second_unit(session, district, tip, asking.grounds, by=by)
    row = countersign.open_row(session, Countersign.tip_id == tip.id)
    if row is not None and row.kind == countersign.Kind.REVIEW:
        # The end that was to be looked over is none any more.
        countersign.lapse(session, row, by=by)
        row = None
    if row is None:
        row = Countersign(kind=countersign.Kind.CLOSE, unit_id=tip.unit_id, tip_id=tip.id)
    row.version, row.second_unit_id = tip.version, second
    row.grounds, row.note, row.other_id = " ".join(asking.grounds), asking.note, asking.other_id
    return countersign.write_down(session, row, why=asking.outcome, by=by, reference=tip.reference)


def draw_review(session: Session, tip: Tip, *, outcome: str, by: Staff) -> Countersign:
    """Let an end that one person decided be looked over by a colleague. The caller commits."""
    row = countersign.open_row(session, Countersign.tip_id == tip.id)
    if row is not None:
        countersign.lapse(session, row, by=by)
    row = Countersign(
        kind=countersign.Kind.REVIEW,
        unit_id=tip.unit_id,
        second_unit_id=tip.unit_id,
        tip_id=tip.id,
        version=tip.version,
    )
    return countersign.write_down(session, row, why=outcome, by=by, reference=tip.reference)


def second_unit(
    session: Session, district: District, tip: Tip, grounds: Collection[Ground], *, by: Staff
) -> str:
    """Choose the unit whose people agree. Raises `NobodyToAsk` where nobody could.

    A unit that has one reader alone waits for a second: the unit above may be one that the
    reporter excluded, and must not learn of the tip. On the supervisory way it does agree.
    """
    above = district.ways.closer(tip.unit_id)
    if Ground.SEALED in grounds:
        countersign.check_heads(session, above, but=by.name)
        return above or ""
    if colleagues(session, tip, but=by.name):
        return tip.unit_id
    if above is None or above == tip.unit_id:
        raise NobodyHere
    countersign.check_heads(session, above, but=by.name)
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


def check_read(session: Session, row: Countersign, tip: Tip, *, by: Staff) -> None:
    """Raise `NotRead` unless the second person has read the tip, with the reason for its end.

    Nobody of another unit can open it: they ask by telephone.
    """
    if by.unit_id != tip.unit_id:
        return
    if not readers.has_read(session, tip, by.member_id, note=row.note):
        raise NotRead
