"""The pages on which a unit's key is taken back: renewed by a holder, or by the recovery sheet."""

import re
from base64 import b64encode
from typing import Any, Final

from flask import Blueprint, Response, g, jsonify, render_template, session
from flask_babel import gettext as _

from ..access.permissions import Act, may
from ..app_state import app_state
from ..db import db
from ..keys import issuing
from ..keys.posted import BadKeys, check_recipient
from ..models import Member, NextKey, UnitKey
from ..sealing.age.shape import WrongShape, clear_size
from ..signin.guard import SID
from ..vault.key_change import resealing
from ..wire.fields import base64_field, hex_field
from ..wire.json_api import read_json
from . import next_keys
from . import services as renewal
from .guard import standings
from .riddles import WrongProof
from .words import renewal_words

bp = Blueprint("renewal", __name__, url_prefix="/desk/unit")

_MOST_BODY: Final = 256 * 1024
_MOST_HOLDERS: Final = 60
_IDENTITY_SIZE: Final = 77
_NUMBER: Final = re.compile("[0-9]{1,19}")


@bp.get("/renew")
@may(Act.RENEW_KEY)
def show() -> str:
    """Ask a holder to make the unit's new key; tell others who may."""
    standing = renewal.read_standing(db.reading, g.staff.unit_id)
    key = issuing.current_key(db.reading, g.staff.unit_id)
    return render_template(
        "renewal/renew.html",
        standing=standing,
        unit=app_state().district.units.get(g.staff.unit_id),
        key=key,
        next_key=next_keys.find(db.reading, g.staff.unit_id),
        is_open=_is_open(key),
        may_renew=_may_renew(standing),
        words=renewal_words(),
    )


def _may_renew(standing: renewal.Standing) -> bool:
    """Tell whether this member is to make a new key now: one left, or is about to."""
    if standing.has_next:
        return False
    is_due = standing.needs_renewal or standing.needs_next
    return is_due and g.staff.name in standing.staying


def _is_open(key: UnitKey | None) -> bool:
    return key is not None and (key.unit_id, key.fingerprint) in app_state().district.fingerprints


@bp.get("/renew.json")
@may(Act.RENEW_KEY)
def ask() -> Response:
    """Give a holder's browser what it checks, and a riddle that the old key alone opens."""
    standing = renewal.read_standing(db.reading, g.staff.unit_id)
    key = issuing.current_key(db.reading, g.staff.unit_id)
    if key is None or not _may_renew(standing):
        return _refused(_not_needed(), 409)
    riddle, _answer = renewal.challenge(key, session[SID], _key(), recovery=False)
    return jsonify(
        unit_id=key.unit_id,
        old=str(key.id),
        recipient=key.recipient,
        recovery=key.recovery,
        roster=issuing.roster(db.reading, key),
        roster_mac=key.roster_mac,
        suspended=[*standing.suspended, *standing.leaving],
        planned=standing.needs_next,
        riddle=_text(riddle),
    )


@bp.post("/renew")
@may(Act.RENEW_KEY)
def renew() -> Response:
    """Store the new key that a holder's browser made; before somebody leaves, as the next one."""
    content = read_json(_MOST_BODY)
    is_planned = content.get("planned") is True
    return _take(content, next_keys.prepare if is_planned else renewal.renew)


@bp.get("/recover")
@may(Act.RECOVER)
def show_recovery() -> str:
    """Ask two people for the halves of the recovery sheet."""
    unit_id = g.staff.unit_id
    standing = renewal.read_standing(db.reading, unit_id)
    return render_template(
        "renewal/recover.html",
        standing=standing,
        unit=app_state().district.units.get(unit_id),
        key=issuing.current_key(db.reading, unit_id),
        left=resealing.count_on_old_keys(db.reading, unit_id),
        is_offered=_is_sheet_offered(standing),
        words=renewal_words(),
    )


def _is_sheet_offered(standing: renewal.Standing) -> bool:
    """Tell whether the sheet is what this member needs: nobody else could hand them the key.

    Who holds the key in use needs it for what hangs on an older one that nobody holds.
    """
    if not standing.remaining:
        return True
    is_holder = g.staff.name in standing.remaining
    return is_holder and resealing.is_any_orphaned(db.reading, standing.unit_id)


@bp.get("/recover.json")
@may(Act.RECOVER)
def ask_recovery() -> Response:
    """Give the browser the sheets that still matter, and a riddle for the joined halves."""
    unit_id = g.staff.unit_id
    key = issuing.current_key(db.reading, unit_id)
    if key is None:
        return _refused(_not_needed(), 409)
    riddle, _answer = renewal.challenge(key, session[SID], _key(), recovery=True)
    older = resealing.older_keys(db.reading, unit_id)
    me = db.reading.get_one(Member, g.staff.member_id)
    return jsonify(
        unit_id=unit_id,
        old=str(key.id),
        recovery=key.recovery,
        riddle=_text(riddle),
        is_held=bool(renewal.read_standing(db.reading, unit_id).remaining),
        older=[{"id": str(old.id), "recovery": old.recovery} for old in older],
        current={"recipient": key.recipient, "recovery": key.recovery, "vouch": key.vouch},
        me={"name": me.name, "recipient": me.recipient},
    )


@bp.post("/recover")
@may(Act.RECOVER)
def recover() -> Response:
    """Store the new key that was made in the place of one that nobody holds."""
    return _take(read_json(_MOST_BODY), renewal.recover)


def _take(content: dict[str, Any], store: Any) -> Response:
    """Read what the browser posts, store it, and answer with a sentence where it can't be."""
    try:
        posted, old_id = _read(content)
        key = store(db.session, posted, by=g.staff, token=session[SID], key=_key(), old_id=old_id)
        if not isinstance(key, NextKey):
            # The key in use is another: what rests in the colleagues' tabs lacks it.
            renewal.lock_others(db.session, g.staff.unit_id, session[SID])
    except (BadKeys, renewal.BadRenewal):
        return _refused(_("送来的内容不完整。请刷新页面，再做一次。"), 400)
    except (renewal.NotYours, renewal.NotNeeded):
        return _refused(_not_needed(), 409)
    except renewal.HoldersLeft:
        return _refused(_("本单位还有持钥人。请找他交付密钥，不用恢复单。"), 409)
    except WrongProof:
        return _refused(_("登录状态已变，密钥没有换。请刷新页面，再做一次。"), 409)
    except renewal.WrongHolders:
        return _refused(_("持钥人刚刚变了，密钥没有换。请刷新页面，再做一次。"), 409)
    fingerprint, key_id = key.fingerprint, str(key.id)
    is_next = isinstance(key, NextKey)
    db.session.commit()
    standings().forget()
    return jsonify(done=True, id=key_id, fingerprint=fingerprint, next=is_next)


def _read(content: dict[str, Any]) -> tuple[renewal.Renewal, int]:
    """Check what can be checked without opening anything. Raises `BadKeys`."""
    old, grants = content.get("old"), content.get("grants")
    if not isinstance(old, str) or not _NUMBER.fullmatch(old) or not isinstance(grants, dict):
        raise BadKeys
    if not 1 <= len(grants) <= _MOST_HOLDERS:
        raise BadKeys
    recipient, recovery = content.get("recipient"), content.get("recovery")
    if not isinstance(recipient, str) or not isinstance(recovery, str):
        raise BadKeys
    check_recipient(recipient)
    check_recipient(recovery)
    posted = renewal.Renewal(
        recipient=recipient,
        recovery=recovery,
        roster_mac=hex_field(content, "roster_mac", 64),
        vouch=hex_field(content, "vouch", 64),
        proof=hex_field(content, "proof", 64),
        grants={name: _grant(grants, name) for name in grants},
    )
    return posted, int(old)


def _grant(grants: dict[str, Any], name: str) -> bytes:
    sealed = base64_field(grants, name)
    try:
        size = clear_size(sealed, recipients=1)
    except WrongShape:
        raise BadKeys from None
    if size != _IDENTITY_SIZE:
        raise BadKeys
    return sealed


def _not_needed() -> str:
    return str(_("密钥不用换，或别人刚刚换好了。请回工作台看一看。"))


def _refused(sentence: str, status: int) -> Response:
    response = jsonify(error=sentence)
    response.status_code = status
    return response


def _key() -> bytes:
    return app_state().config.key("renewal")


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
