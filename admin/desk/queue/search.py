"""What a member looks for: a lane, and filters over covers and working labels.

The server knows no more of a tip than its cover. Words are searched in the browser, over what was
opened there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
)

from ...models import TipLabel
from ...sealing.payload import CROCKFORD
from ...tip.channels import Channel
from ...tip.status import OPEN_STATUSES, TipStatus
from ...tip.urgency import Urgency
from .lanes import (
    HELD,
    OPEN_IN_ORDER,
    SORTED_MAX,
    UNIT,
    IndexScan,
    Lane,
    is_in,
    lane_at,
    stands,
    tip,
)

LEAST_REFERENCE: Final = 3
"""Characters of a reference from which it is looked for: fewer would find thousands."""
_GROUP: Final = 5
_ONE_STATUS: Final = {Lane.FREE: TipStatus.RECEIVED, Lane.QUESTION: TipStatus.QUESTION}
"""Lanes whose tips all stand alike."""
_label = TipLabel.__table__


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to; as it stands, all that is open and not in the machine lane."""

    lane: Lane = Lane.ALL
    status: TipStatus | None = None
    urgency: Urgency | None = None
    since: date | None = None
    until: date | None = None
    label: str | None = None
    holder: int | None = None
    channel: Channel | None = None
    reference: str | None = None

    def in_address(self) -> dict[str, str]:
        """Give the fields in use as an address holds them."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {
            name: str(value) for name, value in given if value is not None and value is not Lane.ALL
        }

    def query(self) -> str:
        return urlencode(self.in_address())

    @property
    def is_narrowed(self) -> bool:
        """Whether something is wanted besides the lane."""
        return replace(self, lane=Lane.ALL) != Wanted()


def read_wanted(given: Mapping[str, str], labels: Mapping[str, Any]) -> tuple[Wanted, list[str]]:
    """Read filters from an address; gives them with the names of those that can't be read.

    What can't be read narrows nothing.
    """
    readers = {
        "lane": Lane,
        "status": TipStatus,
        "urgency": Urgency,
        "since": date.fromisoformat,
        "until": date.fromisoformat,
        "label": lambda text: _one_of(text, labels),
        "holder": _read_id,
        "channel": Channel,
        "reference": read_reference,
    }
    found: dict[str, Any] = {}
    faults = []
    for name, read in readers.items():
        if typed := given.get(name, "").strip():
            try:
                found[name] = read(typed)
            except ValueError:
                faults.append(name)
    return Wanted(**found), faults


def _one_of(text: str, known: Any) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _read_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise ValueError(text)
    return int(text)


def read_reference(typed: str) -> str:
    """Read the beginning of a reference as people type it. Raises `ValueError`."""
    letters = typed.upper().replace("-", "").replace(" ", "")
    if not LEAST_REFERENCE <= len(letters) <= 2 * _GROUP or not set(letters) <= set(CROCKFORD):
        raise ValueError("no reference")
    rest = letters[_GROUP:]
    return f"{letters[:_GROUP]}-{rest}" if rest else letters


def walks_of(wanted: Wanted, *, is_rare: bool = True) -> list[IndexScan]:
    """Choose the ways along the indexes that find what is wanted.

    What few tips have in common (a reference, a label, an unusual channel, a member) leads; the
    lane is then asked of each tip that was found. `is_rare` tells that few tips have the label.
    """
    lane = lane_at(wanted.lane, wanted.status)
    if not lane:
        return []
    if wanted.reference is not None:
        found = [_by_reference(wanted, lane)]
    elif wanted.label is not None and is_rare:
        chosen = tip.c.id.in_(labelled(wanted.label))
        found = [IndexScan((chosen,), (is_in(lane),), is_loose=True)]
    elif wanted.channel not in (None, Channel.FORM):
        found = _by_channel(wanted, lane)
    elif wanted.holder is not None:
        found = [_by_holder(wanted, wanted.holder, lane)]
    else:
        found = lane
    return [part for walk in found for part in _narrow(walk, wanted)]


def labelled(label: str, most: int = SORTED_MAX) -> Select[int]:
    """Find tips of the unit that have a label, `most` of them."""
    own = (_label.c.unit_id == UNIT, _label.c.label == label)
    return select(_label.c.tip_id).where(*own).limit(most).correlate(None)


def _by_reference(wanted: Wanted, lane: list[IndexScan]) -> IndexScan:
    start = wanted.reference or ""
    # No letter stands behind z, in any order of letters that a database may have.
    between = tip.c.reference.between(start, start + "zzzzzz")
    exact = func.substr(tip.c.reference, 1, len(start)) == start
    walk = IndexScan((between, exact, tip.c.unit_id == UNIT))
    # Who types a reference wants that tip, wherever it stands.
    if wanted.lane is Lane.ALL and wanted.status is None:
        return walk
    return walk.only(is_in(lane))


def _by_channel(wanted: Wanted, lane: list[IndexScan]) -> list[IndexScan]:
    unusual = tip.c.channel != literal_column("'form'")
    own = (tip.c.unit_id == UNIT, tip.c.channel == wanted.channel, unusual)
    only = wanted.status or _ONE_STATUS.get(wanted.lane)
    statuses = [only] if only else OPEN_IN_ORDER
    return [IndexScan((*own, stands(status)), (is_in(lane),)) for status in statuses]


def _by_holder(wanted: Wanted, holder: int, lane: list[IndexScan]) -> IndexScan:
    is_ended = wanted.status not in (None, *OPEN_STATUSES)
    standing = tip.c.is_open == (false() if is_ended else true())
    return IndexScan((tip.c.claimed_by_id == holder, standing), (is_in(lane),))


def _narrow(walk: IndexScan, wanted: Wanted) -> list[IndexScan]:
    """Keep to what is wanted: what the walk's index knows bounds it, of the rest it asks."""
    walk = walk.ask(*_conditions(wanted))
    if wanted.urgency is not None:
        is_met = walk.urgency in (None, wanted.urgency)
        walks = [walk.at(wanted.urgency)] if is_met else []
    elif walk.urgency is None and walk.is_by_urgency and _days(wanted):
        # The days lie together within each urgency only: one walk for each.
        walks = [walk.at(urgency) for urgency in Urgency]
    else:
        walks = [walk]
    days = _days(wanted)
    return [one.only(*days) if one.is_by_urgency else one.ask(*days) for one in walks]


def _days(wanted: Wanted) -> list[ColumnElement[bool]]:
    first = [tip.c.received_on >= wanted.since] if wanted.since else []
    return first + ([tip.c.received_on <= wanted.until] if wanted.until else [])


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Say what no index leads to, and is asked of each tip on the way."""
    asked: list[ColumnElement[bool]] = []
    if wanted.channel is not None:
        asked.append(tip.c.channel == wanted.channel)
    if wanted.holder is not None:
        held = HELD if wanted.status in (None, *OPEN_STATUSES) else true()
        asked.append(and_(tip.c.claimed_by_id == wanted.holder, held))
    if wanted.label is not None:
        of_tip = (_label.c.tip_id == tip.c.id, _label.c.label == wanted.label)
        asked.append(exists().where(*of_tip))
    return asked
