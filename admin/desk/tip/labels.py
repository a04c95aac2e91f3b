"""Working labels: codes of the district's list, in clear, about the work and never about a person.

A supervisory tip carries none: what is to be done with it would tell what it is about. Which of
the upper unit's tips are such, nobody can tell from outside: none of them carries any.
"""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...access.roles import Staff
from ...audit.log import record_at_commit
from ...models import Tip, TipLabel
from ...tip.events import Event, EventKind
from ...tip.routing import Ways
from ...vault import history
from ..services import MoveNotAllowed


class Unlabelled(Exception):
    """This tip came the supervisory way: it carries no label."""


def carries_labels(tip: Tip, ways: Ways) -> bool:
    """Tell whether labels may stand on the tip: on none that may have come the supervisory way.

    No row tells which those are, so no tip of the units that take them has any; nor has one from
    before, which shows it by having no sealed label.
    """
    return not ways.is_sealed(tip.unit_id) and tip.label is not None


def read_tip_labels(session: Session, tip_id: int) -> frozenset[str]:
    return frozenset(session.scalars(select(TipLabel.label).where(TipLabel.tip_id == tip_id)))


def set_labels(
    session: Session,
    tip: Tip,
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    actor: Staff,
    ways: Ways,
) -> bool:
    """Put labels on a tip and take others off; tells whether that changed anything.

    Raises `Unlabelled` for a supervisory tip and `MoveNotAllowed` for one that is not open. The
    tip's version stays: a label overtakes nobody's decision.
    """
    if not carries_labels(tip, ways):
        raise Unlabelled
    if not tip.is_open:
        raise MoveNotAllowed("not open")
    had = read_tip_labels(session, tip.id)
    gone, new = had & set(remove), set(add) - had
    if gone:
        session.execute(delete(TipLabel).where(TipLabel.tip_id == tip.id, TipLabel.label.in_(gone)))
    session.add_all(TipLabel(tip_id=tip.id, label=label, unit_id=tip.unit_id) for label in new)
    session.flush()
    for sign, kind, labels in (("+", EventKind.LABELLED, new), ("-", EventKind.UNLABELLED, gone)):
        for label in sorted(labels):
            history.note(session, tip, Event(kind, reason=label), by=actor.name)
            _audit(session, tip, f"{sign}{label}", actor)
    return bool(gone or new)


def _audit(session: Session, tip: Tip, detail: str, actor: Staff) -> None:
    record_at_commit(
        session,
        "labelled",
        by=actor.name,
        unit_id=tip.unit_id,
        reference=tip.reference,
        detail=detail,
    )
