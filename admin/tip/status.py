"""Where a tip stands, declared once: its words, and where a decision may lead from there."""

import enum
from dataclasses import dataclass
from typing import Final

from .words import N_


class TipStatus(enum.StrEnum):
    """Where a tip stands: the same coarse words for the reporter and for the database."""

    RECEIVED = "received"
    QUESTION = "question"
    ACCEPTED = "accepted"
    REFERRED = "referred"
    OUT_OF_SCOPE = "out_of_scope"
    CLOSED = "closed"
    PURGED = "purged"


@dataclass(frozen=True)
class Status:
    """All that is said of one status. Words are Chinese; pages translate them."""

    staff: str
    """What the desk calls it."""
    reporter: str
    """What the mailbox calls it: the same words whatever was found."""
    next_step: str
    """What a member is told to do next."""
    act: str = ""
    """The decision that leads here; empty where none does."""
    moves: tuple[TipStatus, ...] = ()
    """Where a decision may lead from here."""
    is_open: bool = True


_ENDS: Final = (TipStatus.OUT_OF_SCOPE, TipStatus.CLOSED)
_DECISIONS: Final = (TipStatus.ACCEPTED, *_ENDS)

STATUSES: Final[dict[TipStatus, Status]] = {
    TipStatus.RECEIVED: Status(
        staff="已收到",
        reporter=N_("已收到"),
        next_step="看内容，决定受理，还是不归这里办。要转给外单位，先受理。",
        moves=_DECISIONS,
    ),
    # Reached by asking, and left by a decision or by the reporter's answer.
    TipStatus.QUESTION: Status(
        staff="等举报人补充",
        reporter=N_("请您补充"),
        next_step="等举报人补充。等不到，按手里有的作出决定。",
        moves=_DECISIONS,
    ),
    TipStatus.ACCEPTED: Status(
        staff="已受理",
        reporter=N_("已受理"),
        next_step="办理，到期前写下结果。",
        act="受理",
        moves=_ENDS,
    ),
    # Reached when a package has left for an organ outside (desk/referral), by no decision: nothing
    # else has gone anywhere.
    TipStatus.REFERRED: Status(
        staff="已转办",
        reporter=N_("已转有关机关"),
        next_step="等对方回话，到期前写下结果。",
        act="转办",
        moves=(TipStatus.ACCEPTED, TipStatus.CLOSED),
    ),
    TipStatus.OUT_OF_SCOPE: Status(
        staff="不归这里办",
        reporter=N_("这件事不归这里办，可以找…"),
        next_step="已经办完：不归这里办。",
        act="不归这里办",
        moves=(TipStatus.ACCEPTED,),
        is_open=False,
    ),
    TipStatus.CLOSED: Status(
        staff="已办结",
        reporter=N_("已办结（办结不等于查实，也不等于您说错了）"),
        next_step="已经办结，不用再做什么。",
        act="办结",
        moves=(TipStatus.ACCEPTED,),
        is_open=False,
    ),
    # Reached by the sweep alone: nothing is left to decide about.
    TipStatus.PURGED: Status(
        staff="内容已删除",
        reporter=N_("已过保存期，内容已删除（按规定要留的除外）"),
        next_step="内容已删除，不用再做什么。",
        is_open=False,
    ),
}

OPEN_STATUSES: Final = frozenset(status for status, told in STATUSES.items() if told.is_open)
"""What is still to be done."""


def may_move(old: TipStatus, new: TipStatus) -> bool:
    """Return whether a decision may lead from one status to another."""
    return new in STATUSES[old].moves
