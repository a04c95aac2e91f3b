"""Moves a tip from one unit to another, or back. No Flask; the caller has locked the tip, commits.

What moves was sealed in a member's browser, which knows what the reporter excluded; this server
does not, and holds to what no tip needs opening for: the way of tips about officials.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...app_state import app_state
from ...db import today
from ...district.data import District, Unit
from ...members import countersign
from ...models import (
    NOT_PURGED,
    ClockEvent,
    KeptTip,
    LabelCopy,
    Message,
    Note,
    Tip,
    TipLabel,
    TipLink,
    TipOpening,
    Transfer,
)
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.deadlines import clocks
from ...vault.key_change import kept, transfers
from ...vault.key_change.resealing import (
    Bundle,
    Moved,
    check_files,
    check_same,
    read_current,
    replace_files,
)
from ...vault.lane import leave_lane
from ...vault.units import OpenUnit
from ..claims import hand_to
from ..services import MoveNotAllowed
from ..tip.marking import add_mark
from ..tip.notes import SealedNote, attach_note


class NotThere(Exception):
    """No tip of this unit may go to that one, or it can read none now."""


class StillKept(Exception):
    """Its bytes of before a key was renewed, or before it came here, are still to be compared."""


class StillTied(Exception):
    """It is tied to other tips of the unit, which the other unit must not learn of."""


class WaitsForSecond(Exception):
    """Somebody asked for a second person to end it."""


class WordsSince(Exception):
    """Words came since, which only the unit that has the tip can open: it must hand it back."""


@dataclass(frozen=True)
class NoteOnTheWay:
    """A note to the other side, sealed to it, and to the own unit should the tip come back."""

    note: SealedNote
    own: bytes = field(repr=False)


@dataclass(frozen=True)
class Package:
    """All of a tip as a member's browser sealed it for another unit."""

    bundle: Bundle
    mark: bytes
    """Lets the reporter's later words go to that unit."""
    content_mac: str
    sealed_in: bytes
    note: NoteOnTheWay | None = None
    """What the other side should know, if anything."""


def targets(district: District, units: Mapping[str, OpenUnit], unit_id: str) -> list[Unit]:
    """List the units to which a tip of this unit may go, as far as a server can tell."""
    own = district.units.get(unit_id)
    if own is None or own.practice:
        return []
    return [
        unit
        for unit in district.units.values()
        if unit.id in units and not unit.practice and district.ways.may_pass(unit_id, unit.id)
    ]


def pass_on(
    session: Session, tip: Tip, package: Package, *, to: OpenUnit, reason: str, actor: Staff
) -> Transfer:
    """Move a tip to another unit, where it waits to be taken over; log who did and why.

    Raises `NotThere`, `MoveNotAllowed`, `NotTaken`, `StillKept`, `StillTied`, `WaitsForSecond`,
    `NotFit`, and `Moved` where more was written since it was read.
    """
    check_passable(session, tip, to.unit_id)
    if tip.talk_length != package.bundle.length:
        raise Moved
    stored = read_current(session, tip.id)
    check_same(stored, package.bundle)
    leave_lane(tip)
    _lapse_request(session, tip, actor)
    note = package.note
    kept_notes = {**stored.notes, note.note.number: note.own} if note else stored.notes
    transfer = _begin(session, tip, package, to=to, reason=reason, actor=actor)
    transfers.keep(session, transfer, replace(stored, notes=kept_notes))
    if not add_mark(session, tip, package.mark):
        raise MoveNotAllowed("as many marks as a tip may have")
    _put(session, tip, package.bundle, unit_id=to.unit_id, key_id=to.key_id)
    if note is not None:
        attach_note(session, tip, note.note, actor=actor)
    return transfer


def _begin(
    session: Session, tip: Tip, package: Package, *, to: OpenUnit, reason: str, actor: Staff
) -> Transfer:
    """Log a transfer in the history of the tip, which lies where it lay, and return its row."""
    came_from = {"from_unit": tip.unit_id, "old_key_id": tip.unit_key_id}
    event = Event(EventKind.TRANSFERRED, reason=reason, unit=to.unit_id)
    line = history.record(session, tip, event, by=actor.name)
    return Transfer(
        tip_id=tip.id,
        step=line.step,
        to_unit=to.unit_id,
        by=actor.name,
        sealed_in=package.sealed_in,
        made_on=today(),
        reason=reason,
        content_mac=package.content_mac,
        **came_from,
    )


def check_passable(session: Session, tip: Tip, to_unit: str) -> None:
    """Raise what keeps a tip from going to another unit now."""
    if not app_state().district.ways.may_pass(tip.unit_id, to_unit):
        raise NotThere(to_unit)
    if not tip.is_open or tip.merged_into_id is not None or tip.status is TipStatus.PURGED:
        raise MoveNotAllowed("not open")
    transfers.expect_taken(session, tip.id)
    last = transfers.restorable(session, tip.id)
    if last is not None or session.get(KeptTip, tip.id) is not None:
        raise StillKept
    tied = or_(TipLink.one_id == tip.id, TipLink.other_id == tip.id)
    # Of one whose words are deleted nothing is left that the other unit could learn of.
    merged = select(Tip.id).where(Tip.merged_into_id == tip.id, text(NOT_PURGED)).limit(1)
    if session.scalars(select(TipLink).where(tied)).first() or session.scalars(merged).first():
        raise StillTied
    asked = countersign.open_of_tip(session, tip.id)
    if asked is not None and asked.kind == countersign.Kind.CLOSE:
        raise WaitsForSecond


def take_over(
    session: Session, tip: Tip, transfer: Transfer, *, content_mac: str, actor: Staff
) -> None:
    """Take over a tip that another unit passed on, having opened it.

    Raises `MoveNotAllowed`, and `OtherContent` unless what was opened is what was sealed.
    """
    if transfer.settled_on is not None:
        raise MoveNotAllowed("taken")
    if not transfers.is_same(transfer, content_mac):
        raise transfers.OtherContent
    transfers.settle(session, transfer, is_taken=True, by=actor.name)
    history.record(session, tip, Event(EventKind.TAKEN_OVER), by=actor.name)


def hand_back(
    session: Session, tip: Tip, transfer: Transfer, since: Bundle, *, reason: str, actor: Staff
) -> None:
    """Give a tip back to the unit that passed it on: its old files, and what came since.

    Where a transfer is doubted after which others came, it goes back past all of them.

    `since` has the messages and notes that were added here, sealed to that unit. Raises `NotFit`,
    and `Moved` where others came meanwhile.
    """
    if tip.talk_length != since.length or tip.status is TipStatus.PURGED:
        raise Moved
    now = transfers.read_since(session, transfer)
    check_files(now.messages, since.messages)
    check_files(now.notes, since.notes)
    event = Event(EventKind.HANDED_BACK, reason=reason, unit=transfer.from_unit)
    history.record(session, tip, event, by=actor.name)
    transfer.back_reason = reason
    _restore(session, tip, transfer, since, actor)


def fetch_back(session: Session, tip: Tip, transfer: Transfer, *, actor: Staff) -> None:
    """Take a tip back that nobody took over. Raises `WordsSince`."""
    now = transfers.read_since(session, transfer)
    if now.messages or now.notes:
        raise WordsSince
    _restore(session, tip, transfer, now, actor)
    history.record(session, tip, Event(EventKind.FETCHED_BACK), by=actor.name)


def _restore(session: Session, tip: Tip, transfer: Transfer, since: Bundle, actor: Staff) -> None:
    old = transfers.read_kept(session, transfer)
    _lapse_request(session, tip, actor)
    whole = Bundle(
        length=since.length,
        sealed=old.sealed,
        label=old.label,
        messages={**old.messages, **since.messages},
        notes={**old.notes, **since.notes},
    )
    # What a renewal here kept is sealed to a key of this unit: it has no use at the other.
    kept.forget(session, [tip.id])
    transfers.settle(session, transfer, is_taken=False, by=actor.name)
    transfers.settle_later(session, transfer, by=actor.name)
    _put(session, tip, whole, unit_id=transfer.from_unit, key_id=transfer.old_key_id)


def _lapse_request(session: Session, tip: Tip, actor: Staff) -> None:
    """End what this unit asked its people for: at another unit nobody could answer it."""
    asked = countersign.open_of_tip(session, tip.id)
    if asked is not None:
        countersign.lapse(session, asked, by=actor)


def _put(session: Session, tip: Tip, bundle: Bundle, *, unit_id: str, key_id: int) -> None:
    """Let a tip lie at another unit, with these files; nobody there holds it yet."""
    hand_to(session, tip, None, None)
    # Nobody of this unit has opened it, whoever did before.
    session.execute(delete(TipOpening).where(TipOpening.tip_id == tip.id))
    session.execute(delete(LabelCopy).where(LabelCopy.tip_id == tip.id))
    tip.unit_id, tip.unit_key_id = unit_id, key_id
    tip.sealed, tip.label = bundle.sealed, bundle.label
    session.flush()
    for table, files in ((Message, bundle.messages), (Note, bundle.notes)):
        replace_files(session, table, tip.id, files)
    _move_labels(session, tip)
    _begin_clocks(session, tip)


def _move_labels(session: Session, tip: Tip) -> None:
    """Take the working labels along, except to where none may stand."""
    labels = TipLabel.tip_id == tip.id
    if app_state().district.ways.is_sealed(tip.unit_id):
        session.execute(delete(TipLabel).where(labels))
    else:
        session.execute(update(TipLabel).where(labels).values(unit_id=tip.unit_id))


def _begin_clocks(session: Session, tip: Tip) -> None:
    """Work the next deadline out anew; a second transfer is urged like the first."""
    begun = [rule.id for rule in clocks.clocks().rules if rule.start == "transferred"]
    told = ClockEvent.tip_id == tip.id, ClockEvent.rule.in_(begun)
    session.execute(delete(ClockEvent).where(*told))
    clocks.mark(session, tip, clocks.read_past(session, tip.id))
