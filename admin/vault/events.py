"""Writes lines of tips' histories; nothing else does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ..db import today
from ..models import Decision
from ..tip.events import Event
from ..tip.status import TipStatus

REPORTER: Final = "reporter"
"""The `by` of what the reporter did; people see 举报人."""
SYSTEM: Final = "dengshao"
"""The `by` of what nobody did; people see 系统."""


def line(
    tip_id: int, step: int, event: Event, *, old: TipStatus, new: TipStatus | None = None, by: str
) -> dict[str, Any]:
    """Return one line's columns, dated today. Without a `new` the tip stays where it stands."""
    return {
        "tip_id": tip_id,
        "step": step,
        "old": old,
        "new": old if new is None else new,
        "by": by,
        "decided_on": today(),
        **asdict(event),
    }


def append(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add lines that `line` made."""
    session.execute(insert(Decision), list(lines))


def append_to_each(
    session: Session,
    standing: Mapping[int, TipStatus],
    event: Event,
    *,
    new: TipStatus | None = None,
    by: str,
) -> None:
    """Add the same event to many tips, given by id with where they stand."""
    last = _last_steps(session, standing)
    append(
        session,
        [
            line(tip_id, last.get(tip_id, 0) + 1, event, old=old, new=new, by=by)
            for tip_id, old in standing.items()
        ],
    )


def _last_steps(session: Session, tip_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(Decision.tip_id, func.max(Decision.step))
        .where(Decision.tip_id.in_(tip_ids))
        .group_by(Decision.tip_id)
    )
    return {tip_id: step for tip_id, step in session.execute(query)}
