"""What the views of sealing anew share: bundles as JSON, riddles of the session, who moves."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from flask import g, session

from ..access.permissions import not_there
from ..app_state import app_state
from ..db import db
from ..models import UnitKey
from ..signin.guard import SID
from ..signin.services import hash_token
from ..vault.key_change.kept import Mover
from ..vault.key_change.resealing import Bundle, is_of_unit
from . import riddles
from .riddles import Purpose


def bundle_json(bundle: Bundle) -> dict[str, Any]:
    return {
        "length": bundle.length,
        "sealed": text(bundle.sealed),
        "label": text(bundle.label) if bundle.label else "",
        "messages": {number: text(sealed) for number, sealed in bundle.messages.items()},
        "notes": {number: text(sealed) for number, sealed in bundle.notes.items()},
    }


def mover(content_mac: str) -> Mover:
    """Tell who seals anew, or opens what another did: the member, and in which session."""
    return Mover(g.staff.name, session_mark(), content_mac)


def session_mark() -> bytes:
    """Tell this session from others, by what opens none."""
    return sha256(b"dengshao moved in" + hash_token(session[SID])).digest()


def own_reference(reference: str) -> str:
    """Get the reference of a tip of the member's unit; another's is as unknown as none."""
    if not is_of_unit(db.reading, g.staff.unit_id, g.staff.member_id, reference.upper()):
        not_there(reference)
    return reference.upper()


def own_riddle(key: UnitKey, purpose: Purpose) -> str:
    riddle, _answer = riddles.riddle(key, session[SID], riddle_key(), purpose)
    return text(riddle)


def riddle_key() -> bytes:
    return app_state().config.key("renewal")


def text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
