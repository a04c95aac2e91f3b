"""Refers a tip to an organ outside: what left, when, and what came of it. No Flask; caller commits.

A package is made in a member's browser, which knows what the reporter excluded and what the tip is
about; this server knows neither. It holds to what no tip needs opening for: the way of tips about
officials, and that nothing is called referred before it has left.
"""

import enum
import time
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...access.roles import Staff
from ...app_state import app_state
from ...db import today
from ...district.data import District
from ...district.organs import Organ
from ...models import ClockEvent, Referral, Tip
from ...tip.events import Event, EventKind
from ...tip.status import TipStatus
from ...vault import history
from ...vault.deadlines import clocks
from ...vault.lane import leave_lane
from ...vault.outside import records, referrals
from ..claims import keep_claim
from ..services import MoveNotAllowed
from ..tip.notes import SealedNote, attach_note
from .letters import letter_number, next_serial

REFERABLE = frozenset({TipStatus.ACCEPTED, TipStatus.REFERRED})
"""Where a tip stands of which a package may be made: somebody has judged that it is a matter."""


class Lock(enum.StrEnum):
    """What opens a package."""

    KEY = "key"
    """The organ's own key."""
    ONE_TIME = "passphrase"
    """Words for this package alone, told another way."""
    PAPER = "paper"
    """Nothing: it was printed, and no file left."""


class End(enum.StrEnum):
    """How a package came out."""

    DROPPED = "dropped"
    """It never left."""
    BACK = "back"
    RESULT = "result"
    UNANSWERED = "unanswered"
    """Nobody waits for an answer any more."""
    REPLACED = "replaced"
    """More was sent to the same organ, and its answer is waited for there."""


class NotOffered(Exception):
    """No tip of this unit may go to that organ, as far as a server can tell."""


class NotAccepted(MoveNotAllowed):
    """Nobody has taken the tip up."""


class StillHere(MoveNotAllowed):
    """A package for that organ was made and has not left."""


class TooMany(MoveNotAllowed):
    """The tip has as many packages as one may have."""


class NumberGone(Exception):
    """The number in the letter is another letter's by now; the message is the next one."""


class WrongStep(MoveNotAllowed):
    """The package does not stand so that this can be done with it."""


class WrongDay(Exception):
    """A day before the package was made or sent, or one that has not come."""


@dataclass(frozen=True)
class Package:
    """What a member's browser tells of a package that it has made."""

    lock: Lock
    sha256: str
    size: int
    files: int
    number: str
    """The number in the letter: what was shown as the next one."""
    record: bytes = field(repr=False)
    """The text that left, the letter and the list, sealed to the unit."""


def offered(district: District, unit_id: str) -> list[Organ]:
    """List the organs to which a tip of this unit may be referred, as far as a server can tell."""
    unit = district.units.get(unit_id)
    if unit is None or unit.practice:
        return []
    is_sealed = district.ways.is_sealed(unit_id)
    organs = district.referrals.organs.values()
    return [organ for organ in organs if organ.is_for_officials or not is_sealed]


def make(session: Session, tip: Tip, organ_id: str, package: Package, *, actor: Staff) -> Referral:
    """Write down that a package was made, and keep the record of it; nothing has left by that.

    Raises `NotOffered`, `NotAccepted`, `StillHere`, `TooMany` and `NumberGone`.
    """
    organ = _organ(tip, organ_id)
    number = _check_referable(session, tip, organ)
    year = today().year
    serial = next_serial(session, tip.unit_id, year)
    written = letter_number(tip.unit_id, year, serial)
    if package.number != written:
        raise NumberGone(written)
    made = Referral(
        tip_id=tip.id,
        number=number,
        unit_id=tip.unit_id,
        year=year,
        serial=serial,
        organ=organ.id,
        lock=package.lock.value,
        sha256=package.sha256,
        size=package.size,
        files=package.files,
        made_by=actor.name,
        made_on=today(),
    )
    session.add(made)
    records.add_record(session, tip.id, number, package.record, by=actor.name, at=int(time.time()))
    event = Event(EventKind.REFERRAL_MADE, organ.outcome, unit=organ.id)
    _log(session, tip, event, actor=actor)
    return made


def _organ(tip: Tip, organ_id: str) -> Organ:
    found = {organ.id: organ for organ in offered(app_state().district, tip.unit_id)}
    if organ_id not in found:
        raise NotOffered(organ_id)
    return found[organ_id]


def _check_referable(session: Session, tip: Tip, organ: Organ) -> int:
    """Raise what keeps a package from being made; return its number among the tip's."""
    if tip.status not in REFERABLE:
        raise NotAccepted(tip.status)
    found = referrals.read_all(session, tip.id)
    if organ.id in {row.organ for row in found if is_made(row)}:
        raise StillHere(organ.id)
    if len(found) >= app_state().district.referrals.most:
        raise TooMany
    return len(found) + 1


def is_made(row: Referral) -> bool:
    """Tell whether a package waits to be handed over."""
    return row.sent_on is None and row.settled_on is None


def hand_over(
    session: Session, tip: Tip, referral: Referral, *, way: str, day: date, actor: Staff
) -> None:
    """Write down that a package has left: from now on the reporter reads that the tip is referred.

    What the organ has already of this tip is answered with it.

    Raises `WrongStep`, `WrongDay`, and `NotOffered` where the organ takes no such tip any more.
    """
    if not is_made(referral) or not tip.is_open:
        raise WrongStep
    _check_day(day, referral.made_on)
    organ = _organ(tip, referral.organ)
    for older in referrals.read_all(session, tip.id):
        if older.organ == organ.id and older.settled_on is None and not is_made(older):
            _end(older, End.REPLACED, actor)
    referral.way, referral.sent_by, referral.sent_on = way, actor.name, day
    tip.outcome = organ.outcome
    event = Event(EventKind.REFERRAL_SENT, organ.outcome, unit=organ.id)
    _log(session, tip, event, new=TipStatus.REFERRED, actor=actor)


def note_slip(
    session: Session,
    tip: Tip,
    referral: Referral,
    *,
    day: date,
    note: SealedNote | None,
    actor: Staff,
) -> None:
    """Write down the organ's return slip; their number stands in the note, if it has one.

    Raises `WrongStep`, `WrongDay`, and what `attach_note` raises.
    """
    _expect_out(referral)
    if referral.received_on is not None:
        raise WrongStep
    _check_day(day, referral.sent_on or referral.made_on)
    referral.received_on = day
    referral.slip_note = _attach(session, tip, note, actor)
    _log(session, tip, Event(EventKind.REFERRAL_SLIP, unit=referral.organ), actor=actor)


def chase(session: Session, tip: Tip, referral: Referral, *, actor: Staff) -> None:
    """Write down that the organ was asked how it stands. Raises `WrongStep`."""
    _expect_out(referral)
    referral.chased_on = today()
    _log(session, tip, Event(EventKind.REFERRAL_CHASED, unit=referral.organ), actor=actor)


_ENDS = {
    End.DROPPED: EventKind.REFERRAL_DROPPED,
    End.BACK: EventKind.REFERRAL_BACK,
    End.RESULT: EventKind.REFERRAL_RESULT,
    End.UNANSWERED: EventKind.REFERRAL_UNANSWERED,
}


def settle(
    session: Session,
    tip: Tip,
    referral: Referral,
    end: End,
    *,
    why: str = "",
    note: SealedNote | None = None,
    actor: Staff,
) -> None:
    """Write down how a package came out. What came back is in work here again, and is told so.

    Raises `WrongStep` where it does not stand so, and what `attach_note` raises.
    """
    if end is not End.DROPPED:
        _expect_out(referral)
    elif not is_made(referral):
        raise WrongStep
    _end(referral, end, actor)
    referral.why = why
    referral.end_note = _attach(session, tip, note, actor)
    session.flush()
    returns = end is End.BACK and tip.is_open and not referrals.is_out(session, tip.id)
    if returns:
        tip.outcome = None
    event = Event(_ENDS[end], why, unit=referral.organ)
    _log(session, tip, event, new=TipStatus.ACCEPTED if returns else None, actor=actor)


def _end(referral: Referral, end: End, actor: Staff) -> None:
    referral.end, referral.settled_by, referral.settled_on = end.value, actor.name, today()


def _expect_out(referral: Referral) -> None:
    if referral.sent_on is None or referral.settled_on is not None:
        raise WrongStep


def _check_day(day: date, since: date) -> None:
    if not since <= day <= today():
        raise WrongDay


def _attach(session: Session, tip: Tip, note: SealedNote | None, actor: Staff) -> int | None:
    return None if note is None else attach_note(session, tip, note, actor=actor).number


_STARTS = {
    EventKind.REFERRAL_MADE: ("referred",),
    EventKind.REFERRAL_SENT: ("handed", "chased"),
    EventKind.REFERRAL_CHASED: ("chased",),
}


def _log(
    session: Session, tip: Tip, event: Event, *, new: TipStatus | None = None, actor: Staff
) -> None:
    """Log a step; a page made before it is stale from then on, and its clock is urged anew."""
    leave_lane(tip)
    keep_claim(tip, actor)
    flag_modified(tip, "status")
    history.record(session, tip, event, new=new, by=actor.name)
    starts = _STARTS.get(event.kind, ())
    begun = [rule.id for rule in clocks.clocks().rules if rule.start in starts]
    told = ClockEvent.tip_id == tip.id, ClockEvent.rule.in_(begun)
    session.execute(delete(ClockEvent).where(*told))
