"""What legal holds keep, for the auditor: reference, unit, why, since, until, and the two people.

Nothing of a tip's words, nor of what stands in its notes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, may
from ..app_state import app_state
from ..db import db, today
from ..district.data import Choice
from ..models import HoldKind, HoldStep, Tip
from ..tip.status import TipStatus
from ..vault.events import SYSTEM
from ..vault.retention.deletions import RESTORED
from .views import bp

SHOWN: Final = 500
_KIND: Final = {
    HoldKind.SET: _l("保全"),
    HoldKind.RENEW: _l("延长"),
    HoldKind.RELEASE: _l("解除"),
}


@dataclass(frozen=True)
class HoldLine:
    """One step of a hold that two people made."""

    reference: str
    unit_id: str
    kind: HoldKind
    reason: str
    authority: str
    since: date
    until: date
    asked_by: str
    granted_by: str
    is_running: bool
    due_on: date | None
    """The day on which the words would have gone, where they are still there after it."""


def read_holds(session: Session) -> Sequence[HoldLine]:
    """Read the steps that were granted: those of holds that run first, and of each the newest."""
    columns = (Tip.reference, Tip.unit_id, Tip.held_until, Tip.expires_on, Tip.status)
    query = (
        select(HoldStep, *columns)
        .join(Tip, Tip.id == HoldStep.tip_id)
        .where(HoldStep.is_granted.is_(True))
        .order_by(Tip.held_until.desc(), Tip.reference, HoldStep.number.desc())
        .limit(SHOWN)
    )
    return [_line(*row) for row in session.execute(query)]


def _line(
    step: HoldStep,
    reference: str,
    unit_id: str,
    held_until: date | None,
    expires_on: date | None,
    status: TipStatus,
) -> HoldLine:
    day = today()
    is_late = status is not TipStatus.PURGED and expires_on is not None and expires_on <= day
    return HoldLine(
        reference=reference,
        unit_id=unit_id,
        kind=step.kind,
        reason=step.reason,
        authority=step.authority,
        since=step.settled_on or day,
        until=step.until or held_until or day,
        asked_by=_name(step.asked_by),
        granted_by=_name(step.settled_by or ""),
        is_running=held_until is not None and held_until >= day,
        due_on=expires_on if is_late else None,
    )


def _words(listed: Mapping[str, Choice]) -> dict[str, str]:
    return {row.id: row.zh for row in listed.values()}


def _name(by: str) -> str:
    return str(_("系统")) if by == SYSTEM else by


@bp.get("/holds")
@may(Act.AUDIT)
def show_holds() -> str:
    """Show what holds keep and have kept."""
    district = app_state().district
    return render_template(
        "auditor/holds.html",
        lines=read_holds(db.reading),
        shown=SHOWN,
        kinds=_KIND,
        reasons={RESTORED: _("恢复备份时照删除账补上的"), **_words(district.holds.reasons)},
        authorities={RESTORED: _("原来的机关"), **_words(district.holds.authorities)},
        units={unit.id: unit.zh for unit in district.units.values()},
    )
