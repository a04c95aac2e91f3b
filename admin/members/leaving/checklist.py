"""What is left to do about a holder who leaves: whose turn it is, what they could still open."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select, text, true
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...app_state import app_state
from ...db import today
from ...keys import issuing
from ...models import (
    NOT_PURGED,
    Departure,
    DutyShift,
    HandoverNote,
    KeptTip,
    Member,
    NextKey,
    Tip,
    Transfer,
    TransferFile,
    UnitKey,
)
from ...renewal import next_keys
from ...renewal import services as renewal


class Step(enum.StrEnum):
    """What comes next; each waits for the one before."""

    HAND_OVER = "hand_over"
    """Nobody else holds the key: a newcomer is handed it first."""
    RECOVER = "recover"
    """Nobody holds it any more: the two halves of the recovery sheet are needed."""
    MAKE = "make"
    CONFIRM = "confirm"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    RESEAL = "reseal"
    CHECK = "check"
    RETIRE = "retire"
    """All is sealed anew; the old line still stands in keys.yml."""
    DONE = "done"


@dataclass(frozen=True)
class Left:
    """What still hangs on the key that they held, and what of the unit's work is in their name."""

    tips: int
    held: int
    """Of these, under a legal hold."""
    notes: int
    """Hand-over notes of shifts."""
    templates: int
    kept: int
    """Sealed anew; the old bytes wait for a second browser."""
    transfers: int
    """Passed on to another unit; the old bytes wait in the same way."""
    claims: int
    shifts: int

    @property
    def is_on_key(self) -> bool:
        return bool(self.tips or self.notes or self.templates)

    @property
    def is_kept(self) -> bool:
        return bool(self.kept or self.transfers)

    @property
    def openable(self) -> int:
        """How many tips a copy of the store would show to who left."""
        return self.tips + self.kept + self.transfers


@dataclass(frozen=True)
class Checklist:
    step: Step
    names: tuple[str, ...]
    """Whose turn it is, where members of the unit can do it."""
    left: Left
    old_line: date | None
    """Up to which day the mailbox takes words for the old key; none once the line is gone."""
    overlap: date | None
    """Up to which day the form may still seal to it, where a page was loaded before."""


def read(session: Session, row: Departure) -> Checklist:
    """Read how far a departure is."""
    key = session.get_one(UnitKey, row.key_id)
    left = _left(session, row)
    step, names = _step(session, row, key, left)
    return Checklist(step, names, left, *_days(key))


def _step(
    session: Session, row: Departure, key: UnitKey, left: Left
) -> tuple[Step, tuple[str, ...]]:
    new = _new_key(session, row, key)
    if new is None:
        return _before_it_is_made(session, row)
    if (new.unit_id, new.fingerprint) not in app_state().district.fingerprints:
        if new.confirmed_by is None:
            return Step.CONFIRM, _confirmers(session, new)
        return Step.PUBLISH, ()
    if row.member.suspended_on is None:
        return Step.SUSPEND, ()
    return _after_it_left(session, row, key, left)


def _new_key(session: Session, row: Departure, key: UnitKey) -> UnitKey | NextKey | None:
    """Find the key that takes over from theirs, or has taken over."""
    if key.retired_on is None:
        return next_keys.find(session, row.unit_id)
    return issuing.current_key(session, row.unit_id)


def _before_it_is_made(session: Session, row: Departure) -> tuple[Step, tuple[str, ...]]:
    standing = renewal.read_standing(session, row.unit_id)
    if standing.staying:
        return Step.MAKE, standing.staying
    return (Step.HAND_OVER, standing.leaving) if standing.remaining else (Step.RECOVER, ())


def _after_it_left(
    session: Session, row: Departure, key: UnitKey, left: Left
) -> tuple[Step, tuple[str, ...]]:
    names = renewal.read_standing(session, row.unit_id).staying
    if left.is_on_key:
        return Step.RESEAL, names
    if left.is_kept:
        return Step.CHECK, names
    is_there = (
        any(_days(key)) or (key.unit_id, key.fingerprint) in app_state().district.fingerprints
    )
    return (Step.RETIRE if is_there else Step.DONE), ()


def _confirmers(session: Session, key: UnitKey | NextKey) -> tuple[str, ...]:
    """Name the readers of the unit who may be the second person for a key."""
    rows = session.scalars(
        select(Member)
        .where(Member.unit_id == key.unit_id, Member.suspended_on.is_(None))
        .where(Member.name != key.made_by)
        .order_by(Member.name)
    )
    return tuple(
        row.name
        for row in rows
        if is_allowed(Act.CONFIRM_KEY, row.roles) and not next_keys.is_leaving(session, row.id)
    )


def _days(key: UnitKey) -> tuple[date | None, date | None]:
    district = app_state().district
    pair = (key.unit_id, key.fingerprint)
    retiring = {(unit, found): day for unit, found, day in district.retiring}
    overlap = {(unit, found): day for unit, found, day in district.overlap}
    return retiring.get(pair), overlap.get(pair)


def _left(session: Session, row: Departure) -> Left:
    on_key = select(Tip.id).where(Tip.unit_key_id == row.key_id, text(NOT_PURGED))
    notes = select(HandoverNote.id).where(HandoverNote.unit_key_id == row.key_id)
    has_files = exists().where(TransferFile.transfer_id == Transfer.id)
    return Left(
        tips=_count(session, on_key),
        held=_count(session, on_key.where(Tip.held_until >= today())),
        notes=_count(session, notes.where(HandoverNote.kind == "handover")),
        templates=_count(session, notes.where(HandoverNote.kind != "handover")),
        kept=_count(session, select(KeptTip.tip_id).where(KeptTip.old_key_id == row.key_id)),
        transfers=_count(
            session, select(Transfer.id).where(Transfer.old_key_id == row.key_id, has_files)
        ),
        claims=_count(
            session,
            select(Tip.id).where(Tip.claimed_by_id == row.member_id, Tip.is_open == true()),
        ),
        shifts=_count(
            session,
            select(DutyShift.id).where(
                DutyShift.member_id == row.member_id, DutyShift.day >= today()
            ),
        ),
    )


def _count(session: Session, found: Select[Any]) -> int:
    return session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
