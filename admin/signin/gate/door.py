"""Holds back who has not passed the gate, and tells whether two names belong together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ...audit.log import record
from ...clock import seconds
from ...db import SHANGHAI, db
from ...models import Member
from ...settings.gate import GateKind
from . import emergency
from .keeper import is_set, keeper, passed

_ALWAYS: Final = ("/desk/gate/", "/desk/sign-out")
"""What is there for whoever comes: the gate itself, and the way out."""


def held_back() -> BaseResponse | None:
    """Send to the gate who is not signed in and has not passed it."""
    if not is_set() or request.path.startswith(_ALWAYS) or passed() is not None:
        return None
    if emergency.open_until(db.reading, seconds()):
        return None
    if request.accept_mimetypes.best == "application/json":
        title = keeper().gate.title
        response = jsonify(error=_("请先通过%(gate)s。请重新打开登录页。", gate=title))
        response.status_code = 403
        return response
    return redirect(url_for("gate.show"), 303 if request.method == "POST" else 302)


@dataclass(frozen=True)
class Standing:
    """What the sign-in page says of the gate."""

    title: str
    who: str
    """As whom the visitor passed; empty for who was let by without it."""
    until: str
    """Until when the operator lets everybody by; empty while the gate stands."""


def standing() -> Standing | None:
    """Tell how this visitor came by the gate; None where there is none."""
    if not is_set():
        return None
    until = emergency.open_until(db.reading, seconds()) if passed() is None else None
    told = datetime.fromtimestamp(until, SHANGHAI).strftime("%m-%d %H:%M") if until else ""
    return Standing(keeper().gate.title, passed() or "", told)


def is_other(member: Member) -> bool:
    """Tell whether somebody else passed the gate than the one whose account this is.

    Where no name is entered for the account, anybody who passed may sign in to it. Who was let by
    without the gate has no name: then the passphrase, the code and the second factor stand alone.
    """
    who = passed()
    if not who or not member.gate_name:
        return False
    return _compared(who) != _compared(member.gate_name)


def _compared(name: str) -> str:
    """Directories take a name in capitals for the same; a provider's name is exact."""
    return name.casefold().strip() if keeper().gate.kind is GateKind.LDAP else name


def write_other(member: Member) -> None:
    """Tell the auditor of it: a right secret of one person, and the name of another. Commits."""
    record(db.session, "gate_other", by=member.name, unit_id=member.unit_id)
    db.session.commit()
