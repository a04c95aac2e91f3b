"""What ties tips together: the lock over several, and the way out of a merge.

Below the services, which part what was merged; `links` above them makes the ties.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...access.roles import Staff
from ...models import Tip
from ...tip.events import Event, EventKind
from ...vault import history


def about(kind: EventKind, other: Tip) -> Event:
    """Return the event of an act that concerns another tip."""
    return Event(kind, other=other.reference)


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
    history.record(session, into, about(EventKind.PARTED, tip), by=actor.name)
