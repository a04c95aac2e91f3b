"""What stands around the queue: counts, the unit's members, saved views, in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, cast, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from ...models import Member, SavedFilter
from .assigning import can_be_given
from .lane_counts import COUNTED_MAX, Counts, counts_statement, read_counts
from .lanes import HELD, MEMBER, UNIT, Cursor, Viewer, tip
from .listing import QueuePage, read_queue
from .search import Wanted

_member = Member.__table__
_filter = SavedFilter.__table__


@dataclass(frozen=True)
class Colleague:
    """A member of the unit who may open tips."""

    id: int
    name: str
    open_tips: int
    """How many open tips they hold, for who assigns; 0 for all others."""


@dataclass(frozen=True)
class SavedView:
    id: int
    name: str
    query: str


@dataclass(frozen=True)
class Side:
    colleagues: list[Colleague]
    saved: list[SavedView]


@dataclass(frozen=True)
class Seen:
    """The queue's page: its rows, and what stands around them."""

    page: QueuePage
    counts: Counts
    side: Side


def read_seen(
    session: Session, viewer: Viewer, wanted: Wanted, after: Cursor | None, *, with_load: bool
) -> Seen:
    """Read rows, counts and side, in two statements: all of it from one database."""
    page = read_queue(session, viewer, wanted, after)
    return Seen(page, *read_around(session, viewer, with_load=with_load))


def read_side(session: Session, viewer: Viewer, *, with_load: bool) -> Side:
    """Read the colleagues who may hold tips, and the member's own saved views."""
    found = session.connection().execute(side_statement(with_load), viewer.parameters()).all()
    return _side(viewer, found)


def read_around(session: Session, viewer: Viewer, *, with_load: bool) -> tuple[Counts, Side]:
    """Count all lanes and read what stands beside the queue, in one statement.

    With the sign-in, the page's rows and how the units' keys stand, a page costs four.
    """
    found = session.connection().execute(around_statement(with_load), viewer.parameters()).all()
    return read_counts(found[0]), _side(viewer, found)


def _side(viewer: Viewer, found: Sequence[Any]) -> Side:
    colleagues = [
        Colleague(row.id, row.name, row.open_tips)
        for row in found
        if row.kind == "member" and can_be_given(viewer.unit_id, json.loads(row.text))
    ]
    saved = [SavedView(row.id, row.name, row.text) for row in found if row.kind == "view"]
    return Side(colleagues, saved)


@cache
def side_statement(with_load: bool) -> CompoundSelect[*tuple[Any, ...]]:
    members = select(
        literal("member").label("kind"),
        _member.c.id,
        _member.c.name,
        cast(_member.c.roles, String).label("text"),
        (_load() if with_load else literal(0)).label("open_tips"),
    ).where(_member.c.unit_id == UNIT, _member.c.suspended_on.is_(None))
    views = select(
        literal("view"), _filter.c.id, _filter.c.name, _filter.c.query, literal(0)
    ).where(_filter.c.member_id == MEMBER)
    return union_all(members, views).order_by("kind", "name")


@cache
def around_statement(with_load: bool) -> Select[*tuple[Any, ...]]:
    """Put the counts, asked for once, before each row of the side, or alone."""
    counts = counts_statement().subquery()
    side = side_statement(with_load).subquery()
    rows = select(counts, side).outerjoin_from(counts, side, true())
    return rows.order_by(side.c.kind, side.c.name)


def _load() -> Any:
    held = (
        select(literal(1))
        .where(tip.c.claimed_by_id == _member.c.id, tip.c.is_open == true(), HELD)
        .limit(COUNTED_MAX)
        .correlate(_member)
        .subquery()
    )
    return select(func.count()).select_from(held).scalar_subquery()
