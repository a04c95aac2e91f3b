"""Writes sealed tips and messages. What comes in is sealed already; nothing here can open it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import LargeBinary, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer, undefer
from sqlalchemy.orm.attributes import flag_modified

from ..app_state import app_state
from ..db import today
from ..deadlines.rules import Deadline
from ..district.data import District
from ..models import Direction, Message, Tip, UnitKey, random_key
from ..tip.channels import Channel
from ..tip.counted import Family
from ..tip.status import TipStatus
from ..tip.urgency import Urgency
from . import seen
from .calls import raise_urgency
from .counting import adding
from .key_change import transfers
from .lane import first_rank, lane_days
from .retention.told import as_told, is_over, is_unknown


class NumberTaken(Exception):
    """Another message with that number came first: read the talk again and number anew."""


class KeyChanged(Exception):
    """It is sealed to a key that the tip left meanwhile: seal it anew, to the one in use."""


class TalkFull(Exception):
    """The reporter's message limit is reached: more words need a tip of their own."""


class TalkFullToday(TalkFull):
    """The day's room is used up: tomorrow there is more."""


TALK_MAX = 300
"""Messages up to which a reporter may add words: one receipt must not fill the disk."""
LANE_TALK_MAX = 10
"""The same for a tip that waits in the machine lane."""
DANGER_ROOM = 50
"""Further messages for who is in danger."""
LANE_DANGER_ROOM = 5
"""The same in the machine lane."""
DAY_MAX = 20
"""Messages of a reporter to one tip on one day: who found a receipt fills no talk in a minute."""
DAY_DANGER_ROOM = 5
"""Further ones of a day for who is in danger."""


@dataclass(frozen=True)
class SealedTip:
    """A tip ready for its row: the cover in clear, label and words sealed."""

    reference: str
    lookup: bytes
    unit_id: str
    unit_key_id: int
    urgency: Urgency
    label: bytes | None
    sealed: bytes
    is_machine: bool = False
    """Whether it stands apart in the lane 疑似机器发送."""
    is_proven: bool = False
    """Whether it came with a proof of work."""
    channel: str = Channel.FORM
    """How it came: by the form, or told to staff."""
    marks: bytes | None = None
    """The mark of the unit that it is sealed to; None where its maker gave none."""


@dataclass(frozen=True)
class TalkState:
    """Where a tip's talk stands: the last message's number and digest."""

    number: int
    digest: str


# Built once, and run on the bare connection: the form's path must stay cheap, and no object of the
# row is needed.
_INSERT_TIP = insert(Tip.__table__)  # type: ignore[arg-type]


def store_tip(session: Session, tip: SealedTip) -> int:
    """Add the tip's row, and give its id for `uploads.attach`. The caller commits.

    The row is the whole truth about the tip's words; what files it has is in the rows of uploads.
    """
    tip_id = random_key()
    due = None if tip.is_machine else _first_due(tip)
    session.connection().execute(
        _INSERT_TIP,
        {
            "id": tip_id,
            "reference": tip.reference,
            "lookup": tip.lookup,
            "unit_id": tip.unit_id,
            "unit_key_id": tip.unit_key_id,
            "urgency": tip.urgency,
            "received_on": today(),
            "due_on": due.due if due else None,
            "due_rule": due.rule.id if due else None,
            "status": TipStatus.RECEIVED,
            "is_open": True,
            "version": 1,
            "talk_length": 0,
            "machine_unit": tip.unit_id if tip.is_machine else None,
            "channel": tip.channel,
            "expires_on": _goes_on(tip),
            "label": tip.label,
            "sealed": tip.sealed,
            "marks": tip.marks,
            "lane_rank": first_rank(is_proven=tip.is_proven),
            "is_counted": not tip.is_machine,
        },
    )
    if tip.is_machine:
        adding.add(session, Family.LANE, "", tip.unit_id)
    else:
        adding.add(session, Family.RECEIVED, tip.channel, tip.unit_id)
    return tip_id


def _goes_on(tip: SealedTip) -> date | None:
    return today() + timedelta(days=lane_days(tip.unit_id)) if tip.is_machine else None


def _first_due(tip: SealedTip) -> Deadline | None:
    district = app_state().district
    is_supervisory = district.ways.is_sealed(tip.unit_id)
    return district.clocks.at_arrival(today(), tip.urgency, is_supervisory=is_supervisory)


@dataclass(frozen=True)
class StoredTip:
    """What tells whether a tip that comes in again is the one that is stored."""

    is_same: bool
    is_machine: bool


_FACTS = (Tip.machine_unit, Tip.status, Tip.expires_on, Tip.merged_into_id)
_BROUGHT = bindparam("sealed", type_=LargeBinary)
# What is compared is not read: on PostgreSQL the form's login may not, and asks a function.
_IS_SAME = {
    "sqlite": Tip.sealed == _BROUGHT,
    "postgresql": func.tip_is_of(Tip.lookup, _BROUGHT),
}
_FIND_STORED = {
    dialect: select(is_same.label("is_same"), *_FACTS).where(Tip.lookup == bindparam("lookup"))
    for dialect, is_same in _IS_SAME.items()
}
_FIND_STANDING = select(*_FACTS).where(Tip.lookup == bindparam("lookup"))


def find_stored(session: Session, lookup: bytes, sealed: bytes) -> StoredTip | None:
    """Tell whether these very bytes are stored under a peppered lookup; of a tip that is over, no.

    None where there is none.
    """
    connection = session.connection()
    query = _FIND_STORED[connection.dialect.name]
    row = connection.execute(query, {"lookup": lookup, "sealed": sealed}).first()
    if row is None:
        return None
    if is_over(session, row.expires_on, row.merged_into_id, row.status):
        return StoredTip(is_same=False, is_machine=False)
    return StoredTip(bool(row.is_same), row.machine_unit is not None)


@dataclass(frozen=True)
class Standing:
    """Whether a tip stands in the lane, and whether its words are still there."""

    is_machine: bool
    is_purged: bool


def standing(session: Session, lookup: bytes) -> Standing | None:
    """Tell how the tip under a peppered lookup stands; None where there is none."""
    row = session.connection().execute(_FIND_STANDING, {"lookup": lookup}).first()
    if row is None:
        return None
    if is_over(session, row.expires_on, row.merged_into_id, row.status):
        return None if is_unknown(row.expires_on) else Standing(is_machine=False, is_purged=True)
    return Standing(row.machine_unit is not None, is_purged=False)


def find_tip(session: Session, lookup: bytes, *, lock: bool = False) -> Tip | None:
    """Find the tip of a receipt by its peppered lookup, as its holder may know of it: `told`.

    With `lock`, others who add to the same tip wait until this transaction ends (PostgreSQL;
    SQLite has one writer anyway).
    """
    query = select(Tip).where(Tip.lookup == lookup).options(undefer(Tip.marks), defer(Tip.label))
    if lock:
        query = query.with_for_update(of=Tip)
    tip = session.execute(query).scalar_one_or_none()
    return None if tip is None else as_told(session, tip)


def check_key(session: Session, tip: Tip, key_id: int | None) -> None:
    """Raise `KeyChanged` for words to a key that is renewed, or of a unit that passed the tip on.

    Only the key on which the tip still hangs counts besides. The caller holds the tip's row: nobody
    moves it to another key meanwhile. Who names no key may write as long as the tip never came from
    another unit, and its unit never renewed its own.
    """
    if key_id == tip.unit_key_id:
        return
    if key_id is None and transfers.was_moved(session, tip.id):
        raise KeyChanged
    query = select(UnitKey.id, UnitKey.retired_on).where(UnitKey.unit_id == tip.unit_id)
    keys = {row.id: row.retired_on for row in session.execute(query)}
    if key_id is None:
        is_other = any(keys.values())
    else:
        is_other = key_id not in keys or keys[key_id] is not None
    if is_other:
        raise KeyChanged


def make_urgent(session: Session, tip: Tip, urgency: Urgency, district: District) -> None:
    """Let added words make a tip more urgent, as far as its cover may tell.

    A supervisory tip stays as urgent as it is, and so does whatever lies at the unit above: that
    takes such tips too, and no row tells which they are.
    """
    if not district.ways.is_sealed(tip.unit_id):
        raise_urgency(session, tip, urgency)


def talk_state(session: Session, tip: Tip) -> TalkState:
    """Read the last message's number and digest; number 0 and no digest before the first."""
    row = session.execute(
        select(Message.number, Message.digest)
        .where(Message.tip_id == tip.id)
        .order_by(Message.number.desc())
        .limit(1)
    ).first()
    return TalkState(row.number, row.digest) if row else TalkState(0, "")


def add_message(
    session: Session,
    tip: Tip,
    *,
    number: int,
    direction: Direction,
    digest: str,
    sealed: bytes,
    act: str | None = None,
) -> Message:
    """Add one message to a tip's talk. `act` is `danger` or `withdraw` where it is no mere words.

    Raises `NumberTaken` unless it is the next in the chain, and `TalkFull` for the reporter's
    messages beyond `TALK_MAX`, or beyond `DAY_MAX` on one day.
    """
    if number != talk_state(session, tip).number + 1:
        raise NumberTaken
    if direction is Direction.REPORTER:
        _check_room(session, tip, number, is_danger=act == "danger")
    message = Message(
        tip=tip,
        number=number,
        direction=direction,
        sent_on=today(),
        digest=digest,
        sealed=sealed,
        act=act,
    )
    session.add(message)
    tip.talk_length = number
    if direction is Direction.STAFF:
        seen.make_room(session, tip.id)
    # A page of the desk that shows fewer words is stale from now on: its decision is asked again.
    flag_modified(tip, "status")
    try:
        session.flush()
    except IntegrityError as error:
        raise NumberTaken from error
    return message


def room_left(session: Session, tip: Tip, *, is_danger: bool) -> int:
    """Count the messages that a reporter may still add to a tip today."""
    in_talk = _most(tip, is_danger=is_danger) - tip.talk_length
    return max(min(in_talk, _left_today(session, tip, is_danger=is_danger)), 0)


def _check_room(session: Session, tip: Tip, number: int, *, is_danger: bool) -> None:
    if number > _most(tip, is_danger=is_danger):
        raise TalkFull
    if _left_today(session, tip, is_danger=is_danger) <= 0:
        raise TalkFullToday


def _most(tip: Tip, *, is_danger: bool) -> int:
    if tip.machine_unit:
        return LANE_TALK_MAX + LANE_DANGER_ROOM * is_danger
    return TALK_MAX + DANGER_ROOM * is_danger


def _left_today(session: Session, tip: Tip, *, is_danger: bool) -> int:
    own = (Message.tip_id == tip.id, Message.direction == Direction.REPORTER)
    query = select(func.count()).where(*own, Message.sent_on == today())
    return DAY_MAX + DAY_DANGER_ROOM * is_danger - session.execute(query).scalar_one()
