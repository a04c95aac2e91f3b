"""Which role may do what at the desk: one table, which the pages, the tests and the docs share.

A refusal is audited. What a key holds besides (nobody opens a tip without the unit's identity)
stands in the table on the security page; nothing is claimed beyond it.
"""

import enum
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Final, NoReturn, TypeVar, cast

from flask import abort, g, request

from ..audit.log import (
    announce,
    is_reference,
    record,
)
from ..db import db
from ..web.security import staff_only

View = TypeVar("View", bound=Callable[..., Any])


class Act(enum.StrEnum):
    """What a member may try. The value is the code under which the audit log keeps a refusal."""

    QUEUE = "queue"
    OPEN = "open"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    LABEL = "label"
    URGENCY = "urgency"
    WRITE = "write"
    READY = "ready"
    NOTE = "note"
    GRADE = "grade"
    DECIDE = "decide"
    EXTEND = "extend"
    BACKLOG = "backlog"
    LINK = "link"
    MERGE = "merge"
    TRANSFER = "transfer"
    TAKE_OVER = "take_over"
    HAND_BACK = "hand_back"
    FETCH_BACK = "fetch_back"
    REFER = "refer"
    CHASE = "chase"
    BULK = "bulk"
    SEARCH = "search"
    ENTER = "enter"
    CONTACT = "contact"
    HOLD = "hold"
    GRANT_HOLD = "grant_hold"
    REWARD = "reward"
    GRANT_REWARD = "grant_reward"
    CASE_FILE = "case_file"
    BULLETIN = "bulletin"
    AGREE_BULLETIN = "agree_bulletin"
    ROSTER = "roster"
    HANDOVER = "handover"
    SPEAK_CODE = "speak_code"
    COUNTERSIGN = "countersign"
    VOUCH = "vouch"
    UNVOUCH = "unvouch"
    COPY_LABEL = "copy_label"
    SEE_LABEL = "see_label"
    RECUSE = "recuse"
    RECUSALS = "recusals"
    HAND_ON = "hand_on"
    CONFIRM_KEY = "confirm_key"
    RENEW_KEY = "renew_key"
    RESEAL = "reseal"
    RECOVER = "recover"
    INVITE = "invite"
    SUSPEND = "suspend"
    DEPART = "depart"
    ADDRESSES = "addresses"
    AUDIT = "audit"
    CHECKPOINT = "checkpoint"
    COUNTS = "counts"
    PAY = "pay"
    PUBLISH = "publish"
    WORKLOAD = "workload"


_READERS: Final = frozenset({"registrar", "analyst", "reviewer", "custodian"})
_JUDGES: Final = frozenset({"analyst", "reviewer", "custodian"})
_HEADS: Final = frozenset({"reviewer", "custodian"})
_ADMINISTRATOR: Final = frozenset({"administrator"})
_AUDITOR: Final = frozenset({"auditor"})

ALLOWED: Final[dict[Act, frozenset[str]]] = {
    Act.QUEUE: _READERS | {"dispatcher"},
    Act.OPEN: _READERS,
    Act.CLAIM: _READERS,
    Act.RELEASE: _READERS,
    Act.ASSIGN: _HEADS | {"dispatcher"},
    Act.LABEL: _READERS,
    Act.URGENCY: _READERS,
    Act.WRITE: _READERS,
    Act.READY: _HEADS,
    Act.NOTE: _READERS,
    Act.GRADE: _JUDGES,
    Act.DECIDE: _JUDGES,
    Act.EXTEND: _HEADS,
    Act.BACKLOG: _HEADS | {"dispatcher"},
    Act.LINK: _READERS,
    Act.MERGE: _JUDGES,
    Act.TRANSFER: _JUDGES,
    Act.TAKE_OVER: _READERS,
    Act.HAND_BACK: _JUDGES,
    Act.FETCH_BACK: _HEADS,
    Act.REFER: _JUDGES,
    Act.CHASE: _READERS,
    Act.BULK: _JUDGES,
    Act.SEARCH: _READERS | {"dispatcher"},
    Act.ENTER: _READERS,
    Act.CONTACT: _READERS,
    Act.HOLD: _JUDGES,
    Act.GRANT_HOLD: _HEADS,
    Act.REWARD: _JUDGES,
    Act.GRANT_REWARD: _HEADS,
    Act.CASE_FILE: _JUDGES,
    Act.BULLETIN: _READERS,
    Act.AGREE_BULLETIN: _HEADS,
    Act.ROSTER: _HEADS,
    Act.HANDOVER: _READERS,
    Act.SPEAK_CODE: _HEADS,
    Act.COUNTERSIGN: _JUDGES,
    Act.VOUCH: _HEADS,
    Act.UNVOUCH: _HEADS,
    Act.COPY_LABEL: _READERS,
    Act.SEE_LABEL: frozenset({"dispatcher"}),
    Act.RECUSE: _READERS | {"dispatcher"},
    Act.RECUSALS: _HEADS,
    Act.HAND_ON: _HEADS,
    Act.CONFIRM_KEY: _READERS,
    Act.RENEW_KEY: _READERS,
    Act.RESEAL: _READERS,
    Act.RECOVER: _READERS,
    Act.INVITE: _ADMINISTRATOR,
    Act.SUSPEND: _ADMINISTRATOR,
    Act.DEPART: _ADMINISTRATOR | _HEADS,
    Act.ADDRESSES: _ADMINISTRATOR,
    Act.AUDIT: _AUDITOR,
    Act.CHECKPOINT: _AUDITOR,
    Act.COUNTS: frozenset({"counter"}),
    Act.PAY: frozenset({"payer"}),
    Act.PUBLISH: frozenset({"counter"}),
    Act.WORKLOAD: _HEADS | {"counter"},
}
"""The roles that may do each act; all else is refused with a 403 and a line in the audit log."""


HELD_BY_KEY: Final = frozenset(
    {
        *(Act.OPEN, Act.WRITE, Act.TRANSFER, Act.CONTACT, Act.CASE_FILE),
        *(Act.REWARD, Act.GRANT_REWARD),
        *(Act.HAND_ON, Act.RENEW_KEY, Act.RESEAL, Act.RECOVER),
        *(Act.VOUCH, Act.SEE_LABEL),
    }
)
"""What nobody can do without a key, whatever the server lets them; all else hangs on its rules."""


def is_allowed(act: Act, roles: Collection[str]) -> bool:
    """Tell whether one who has these roles may do this."""
    return not ALLOWED[act].isdisjoint(roles)


def may(act: Act) -> Callable[[View], View]:
    """Let only signed-in members of the act's roles in; others get a 403, and it is audited.

    What changes something and leaves no line of its own in the log gets one of the act's name.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def judged(*args: Any, **kwargs: Any) -> Any:
            reference = str(kwargs.get("reference", "")).upper()
            if not is_allowed(act, g.staff.roles):
                refuse(act, reference)
            db.ask_for(view)
            if request.method not in ("GET", "HEAD"):
                announce(db.session, act, **_who(reference))
            return view(*args, **kwargs)

        guarded = staff_only(judged)
        cast(Any, guarded).act = act
        return cast(View, guarded)

    return decorate


def refuse(act: Act, reference: str = "") -> NoReturn:
    """Write down that this member tried what their roles don't allow, and stop with a 403."""
    db.session.rollback()
    record(db.session, "refused", detail=f"{act} {request.method}", **_who(reference))
    db.session.commit()
    abort(403)


def not_there(reference: str) -> NoReturn:
    """Write down that this member asked for a tip that is not their unit's; stop with a 404.

    One who tries reference after reference shows by it; whether the tip exists is not told.
    """
    db.session.rollback()
    record(db.session, "not_there", detail=request.method, **_who(reference.upper()))
    db.session.commit()
    abort(404)


def _who(reference: str) -> dict[str, Any]:
    """Name the member for the log, and the tip where it is one: nothing else typed is kept."""
    return {
        "by": g.staff.name,
        "unit_id": g.staff.unit_id,
        "reference": reference if is_reference(reference) else None,
    }
