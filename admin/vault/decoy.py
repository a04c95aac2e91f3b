"""A tip of nobody, read where there is none: to find none costs what it costs to find one."""

from typing import Any, Final

from sqlalchemy import Date, LargeBinary, bindparam, exists, literal, null, select, true, union_all
from sqlalchemy.orm import Session, undefer

from ..db import today
from ..models import Tip
from ..sealing.marks import MARK
from ..tip.channels import Channel
from ..tip.status import TipStatus
from ..tip.urgency import Urgency
from .retention.told import as_told

NOBODY: Final = -1
"""The key of the decoy; no row has it."""
_UNREAD: Final = ("label", "sealed", "seen", "lane_rank", "held_until", "is_counted")


def find_tip_or_decoy(session: Session, lookup: bytes, unit_id: str) -> Tip:
    """Find a receipt's tip as its holder may know of it; where there is none, one of nobody.

    One statement and one object either way: an unknown receipt costs what a known one does. The
    decoy's unit stands in no table, and its key is `NOBODY`.
    """
    values = {"lookup": lookup, "unit": unit_id, "day": today()}
    found: Tip = session.scalars(_FIND_OR_DECOY, values).one()
    return as_told(session, found) or _decoy(lookup, unit_id)


def _decoy(lookup: bytes, unit_id: str) -> Tip:
    """Make the decoy without a statement, where the one that was due has found a tip."""
    return Tip(
        id=NOBODY,
        reference="00000-00000",
        lookup=lookup,
        unit_id=unit_id,
        unit_key_id=NOBODY,
        urgency=Urgency.P2,
        received_on=today(),
        status=TipStatus.RECEIVED,
        is_open=True,
        due_on=today(),
        due_rule="first_read",
        talk_length=0,
        channel=Channel.FORM.value,
        version=1,
        marks=bytes(MARK),
    )


def _tip_or_decoy() -> Any:
    columns = [tip for tip in Tip.__table__.columns if tip.name not in _UNREAD]
    own = Tip.lookup == bindparam("lookup")
    decoy: dict[str, Any] = {
        "id": literal(NOBODY),
        "reference": literal("00000-00000"),
        "lookup": bindparam("lookup"),
        "unit_id": bindparam("unit"),
        "unit_key_id": literal(NOBODY),
        "urgency": literal(Urgency.P2.value),
        "received_on": bindparam("day", type_=Date),
        "status": literal(TipStatus.RECEIVED.value),
        "is_open": true(),
        "due_on": bindparam("day", type_=Date),
        "due_rule": literal("first_read"),
        "talk_length": literal(0),
        "channel": literal(Channel.FORM.value),
        "version": literal(1),
        "marks": literal(bytes(MARK), LargeBinary),
    }
    made = [decoy.get(one.name, null()).label(one.name) for one in columns]
    nobody = select(*made).where(~exists(true()).where(own))
    either = union_all(select(*columns).where(own), nobody)
    return select(Tip).options(undefer(Tip.marks)).from_statement(either)


_FIND_OR_DECOY: Final = _tip_or_decoy()
