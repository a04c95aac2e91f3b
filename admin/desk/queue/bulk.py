"""Acts on many tips at once: each by the same service, with its version, in its own transaction.

The preview does the very same and takes each step back, so that what it says is what would happen.
"""

import enum
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ...access.permissions import Act
from ...access.roles import Staff
from ...district.data import District
from ...members import ending_requests
from ...members.countersign import NeedsSecond, NobodyToAsk
from ...models import Member, Tip
from ...tip.status import TipStatus
from ...tip.urgency import Urgency
from ...vault import readers
from ...vault.key_change.transfers import NotTaken
from ...vault.readers import shown_to
from ..claims import clock, is_held
from ..endings import has_danger
from ..services import (
    ChangedMeanwhile,
    ClaimedByOther,
    MoveNotAllowed,
    WrongReason,
    check_move,
    claim,
    expect_version,
    set_urgency,
)
from ..tip.labels import Unlabelled, set_labels
from .assigning import NotToThem, assign

SPAM: Final = "spam"
"""The outcome of outcomes.yml under which tests and rubbish are closed."""
_CHOSEN: Final = re.compile(r"([0-9A-Z]{5}-[0-9A-Z]{5})\.(\d{1,9})")


_Kind = TypeVar("_Kind", bound=enum.StrEnum)


class BulkAction(enum.StrEnum):
    CLAIM = "claim"
    ASSIGN = "assign"
    LABEL = "label"
    UNLABEL = "unlabel"
    URGENCY = "urgency"
    SPAM = "spam"


_ONE_BY_ONE: Final = frozenset({BulkAction.SPAM, BulkAction.URGENCY})


ACT_OF: Final = {
    BulkAction.CLAIM: Act.CLAIM,
    BulkAction.ASSIGN: Act.ASSIGN,
    BulkAction.LABEL: Act.LABEL,
    BulkAction.UNLABEL: Act.LABEL,
    BulkAction.URGENCY: Act.URGENCY,
    BulkAction.SPAM: Act.DECIDE,
}
"""What a member must be allowed to do one tip at a time, to do it to many."""


class Problem(enum.StrEnum):
    """Why nothing is done with a tip."""

    GONE = "gone"
    CHANGED = "changed"
    HELD = "held"
    NOT_NOW = "not_now"
    UNLABELLED = "unlabelled"
    NOT_TO_THEM = "not_to_them"
    SUPERVISORY = "supervisory"
    DANGER = "danger"
    UNREAD = "unread"
    NOBODY = "nobody"
    BY_BROWSER = "by_browser"
    ALREADY = "already"
    NOT_TAKEN = "not_taken"


class HasDanger(Exception):
    """Somebody may be in danger: it is ended alone, and looked at."""


class Unread(Exception):
    """Who would ask for the end of this tip has not opened it since its last words came."""


_PROBLEMS: Final[dict[type[Exception], Problem]] = {
    ChangedMeanwhile: Problem.CHANGED,
    StaleDataError: Problem.CHANGED,
    IntegrityError: Problem.CHANGED,
    ClaimedByOther: Problem.HELD,
    MoveNotAllowed: Problem.NOT_NOW,
    WrongReason: Problem.NOT_NOW,
    Unlabelled: Problem.UNLABELLED,
    NeedsSecond: Problem.SUPERVISORY,
    NotToThem: Problem.NOT_TO_THEM,
    HasDanger: Problem.DANGER,
    Unread: Problem.UNREAD,
    NobodyToAsk: Problem.NOBODY,
    NotTaken: Problem.NOT_TAKEN,
}


class BadOrder(Exception):
    """Nothing was chosen, or what to do was left open; the message is the field's name."""


@dataclass(frozen=True)
class Chosen:
    """A tip as the member's page showed it."""

    reference: str
    version: int

    def __str__(self) -> str:
        return f"{self.reference}.{self.version}"


def read_chosen(texts: Iterable[str], most: int) -> list[Chosen]:
    """Read the chosen rows. Raises `BadOrder` where there are none, or too many."""
    found = [_CHOSEN.fullmatch(text) for text in texts]
    chosen = {match[1]: Chosen(match[1], int(match[2])) for match in found if match}
    if not chosen or len(chosen) > most:
        raise BadOrder("tip")
    return list(chosen.values())


@dataclass(frozen=True)
class Order:
    """What is to be done with each chosen tip."""

    bulk_action: BulkAction
    to: int | None = None
    label: str | None = None
    urgency: Urgency | None = None

    @classmethod
    def read(cls, given: Mapping[str, str], labels: Mapping[str, Any]) -> Self:
        """Read an order from a form. Raises `BadOrder` with the field to be filled in."""
        bulk_action = _known(BulkAction, given.get("bulk_action", ""), "bulk_action")
        if bulk_action is BulkAction.ASSIGN:
            to = given.get("to", "")
            if not (to.isascii() and to.isdigit() and int(to) < 2**63):
                raise BadOrder("to")
            return cls(bulk_action, to=int(to))
        if bulk_action in (BulkAction.LABEL, BulkAction.UNLABEL):
            if given.get("label") not in labels:
                raise BadOrder("label")
            return cls(bulk_action, label=given["label"])
        if bulk_action is BulkAction.URGENCY:
            return cls(bulk_action, urgency=_known(Urgency, given.get("urgency", ""), "urgency"))
        return cls(bulk_action)


def _known(kind: type[_Kind], value: str, field: str) -> _Kind:
    try:
        return kind(value)
    except ValueError:
        raise BadOrder(field) from None


@dataclass(frozen=True)
class Result:
    """What becomes of one tip: how it stood, and why nothing is done, where nothing is."""

    chosen: Chosen
    problem: Problem | None = None
    urgency: Urgency | None = None
    holder: str | None = None
    is_machine: bool = False


@dataclass(frozen=True)
class Doing:
    """An order, who gave it, and the district whose rules hold."""

    order: Order
    actor: Staff
    district: District


def preview(session: Session, chosen: Sequence[Chosen], doing: Doing) -> list[Result]:
    """Tell what an order would do to each tip; nothing is kept."""
    return [_one(session, each, doing, session.rollback) for each in chosen]


def carry_out(session: Session, chosen: Sequence[Chosen], doing: Doing) -> list[Result]:
    """Do it to each tip in a transaction of its own: what is refused for one spares the others.

    Ends are only asked for, by the browser, which seals the reason of each.
    """
    if doing.order.bulk_action is BulkAction.SPAM:
        found = preview(session, chosen, doing)
        return [replace(row, problem=row.problem or Problem.BY_BROWSER) for row in found]
    return [_one(session, each, doing, session.commit) for each in chosen]


def _one(session: Session, each: Chosen, doing: Doing, end: Callable[[], None]) -> Result:
    tip = _load(session, each.reference, doing.actor)
    if tip is None:
        session.rollback()
        return Result(each, Problem.GONE)
    held = is_held(tip, clock())
    facts: dict[str, Any] = {
        "urgency": tip.urgency,
        "holder": tip.claimed_by.name if tip.claimed_by and held else None,
        "is_machine": tip.machine_unit is not None,
    }
    try:
        expect_version(tip, each.version)
        problem = None if _do(session, tip, doing) else Problem.ALREADY
        session.flush()
        end()
    except tuple(_PROBLEMS) as error:
        session.rollback()
        problem = next(_PROBLEMS[kind] for kind in type(error).__mro__ if kind in _PROBLEMS)
    return Result(each, problem, **facts)


def _load(session: Session, reference: str, actor: Staff) -> Tip | None:
    own = (Tip.reference == reference, Tip.unit_id == actor.unit_id, shown_to(actor.member_id))
    return session.scalars(select(Tip).where(*own)).one_or_none()


def _do(session: Session, tip: Tip, doing: Doing) -> bool:
    """Call the service; tells whether there was anything to do."""
    order, actor = doing.order, doing.actor
    # What ends or sinks a tip about an official is done one by one, and looked at.
    if order.bulk_action in _ONE_BY_ONE and doing.district.ways.is_sealed(tip.unit_id):
        raise NeedsSecond
    match order.bulk_action:
        case BulkAction.CLAIM:
            is_mine = tip.claimed_by_id == actor.member_id and is_held(tip, clock())
            claim(session, tip, actor=actor)
            return not is_mine
        case BulkAction.ASSIGN:
            return _assign(session, tip, order.to, actor)
        case BulkAction.URGENCY:
            is_new = tip.urgency is not order.urgency or tip.machine_unit is not None
            set_urgency(session, tip, urgency=order.urgency or tip.urgency, actor=actor)
            return is_new
        case BulkAction.SPAM:
            _check_mass_end(session, tip, doing)
            return True
    return _label(session, tip, doing)


def _check_mass_end(session: Session, tip: Tip, doing: Doing) -> None:
    """Raise what keeps a tip from being one of many whose end is asked for.

    Nothing is asked for here: the reason of each is sealed in the browser, tip by tip.
    """
    check_move(tip, TipStatus.CLOSED, doing.district.outcomes[SPAM])
    if has_danger(tip):
        raise HasDanger
    if not readers.has_read(session, tip, doing.actor.member_id):
        raise Unread
    ending_requests.second_unit(session, doing.district, tip, (), by=doing.actor)


def _assign(session: Session, tip: Tip, to: int | None, actor: Staff) -> bool:
    member = session.get(Member, to)
    if member is None:
        raise NotToThem
    is_theirs = tip.claimed_by_id == member.id and is_held(tip, clock())
    assign(session, tip, to=member, actor=actor)
    return not is_theirs


def _label(session: Session, tip: Tip, doing: Doing) -> bool:
    labels = [doing.order.label] if doing.order.label else []
    return set_labels(
        session,
        tip,
        add=labels if doing.order.bulk_action is BulkAction.LABEL else (),
        remove=labels if doing.order.bulk_action is BulkAction.UNLABEL else (),
        actor=doing.actor,
        ways=doing.district.ways,
    )
