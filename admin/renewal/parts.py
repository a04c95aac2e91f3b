"""What the views of sealing anew share: bundles as JSON, riddles of the session, who moves."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any, Final

from flask import abort, g, session

from ..access.permissions import not_there
from ..app_state import app_state
from ..db import db
from ..models import UnitKey
from ..signin.guard import SID
from ..signin.services import hash_token
from ..vault.key_change.kept import Mover
from ..vault.key_change.resealing import Bundle, is_of_unit
from ..wire.fields import base64_field
from . import riddles
from .riddles import Purpose

# 300 messages and as many notes, each of 8 KB in base64, beside the tip itself.
MOST_BUNDLE: Final = 8 * 1024 * 1024
_NUMBER: Final = re.compile("[0-9]{1,19}")


def bundle_json(bundle: Bundle) -> dict[str, Any]:
    return {
        "length": bundle.length,
        "sealed": text(bundle.sealed),
        "label": text(bundle.label) if bundle.label else "",
        "messages": {number: text(sealed) for number, sealed in bundle.messages.items()},
        "notes": {number: text(sealed) for number, sealed in bundle.notes.items()},
    }


def bundle_field(content: dict[str, Any]) -> Bundle:
    """Read what `bundle_json` writes, sealed anew."""
    label = content.get("label")
    return Bundle(
        length=length_field(content),
        sealed=base64_field(content, "sealed"),
        label=base64_field(content, "label") if label else None,
        messages=files_field(content, "messages"),
        notes=files_field(content, "notes"),
    )


def length_field(content: dict[str, Any]) -> int:
    """Read how many messages the talk had."""
    length = content.get("length")
    if type(length) is not int or length < 0:
        abort(400)
    return length


def files_field(content: dict[str, Any], name: str) -> dict[int, bytes]:
    """Read files by their numbers."""
    files = content.get(name)
    if not isinstance(files, dict) or not all(map(_NUMBER.fullmatch, files)):
        abort(400)
    return {int(number): base64_field(files, number) for number in files}


def id_field(content: dict[str, Any], name: str) -> int:
    value = content.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        abort(400)
    return int(value)


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
