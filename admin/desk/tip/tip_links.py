"""What ties tips together: codes of the history, the lock over several, the way out of a merge.

Below the services, which part what was merged; `links` above them makes the ties.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...access.roles import Staff
from ...models import Tip, TipStatus
from ...vault import history

LINKED: Final = "linked"
UNLINKED: Final = "unlinked"
MERGED: Final = "merged"
JOINED: Final = "joined"
PARTED: Final = "parted"
_CODES: Final = frozenset({LINKED, UNLINKED, MERGED, JOINED, PARTED})


def about(code: str, other: Tip) -> str:
    """Make the reason under which a history keeps an act that concerns another tip."""
    return f"{code}_{other.reference}"


def other_of(reason: str) -> tuple[str, str] | None:
    """Take such a reason apart, into its code and the other tip's reference."""
    code, _line, reference = reason.partition("_")
    return (code, reference) if code in _CODES and reference else None


def lock_tips(session: Session, ids: Collection[int]) -> dict[int, Tip]:
    """Lock tips against other writers until the transaction ends, whoever locks them too.

    Always in the order of their ids: two who want the same two tips then wait, instead of holding
    one each. A tip that the session had read before keeps the version that it read.
    """
    query = select(Tip).where(Tip.id.in_(ids)).order_by(Tip.id).with_for_update(of=Tip)
    return {tip.id: tip for tip in session.scalars(query)}


def make_stale(tip: Tip) -> None:
    """Make every page that shows the tip as it was an older one."""
    flag_modified(tip, "status")


def part(session: Session, tip: Tip, *, actor: Staff) -> None:
    """Take a merged tip out again, before it is taken up anew. A no-op for others.

    The tie stays, and the tip it was merged into tells of it.
    """
    if tip.merged_into_id is None:
        return
    into = lock_tips(session, {tip.id, tip.merged_into_id})[tip.merged_into_id]
    tip.merged_into_id = None
    make_stale(into)
    history.record(
        session, into, new=TipStatus(into.status), reason=about(PARTED, tip), by=actor.name
    )
