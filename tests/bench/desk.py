"""A signed-in member and a queue of so many sealed tips, for measuring the desk."""

import secrets
import time
from collections.abc import Sequence
from hashlib import sha256

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select

from admin import create_app
from admin.db import db, today
from admin.models import Member, StaffSession, Tip, UnitKey, random_key
from admin.sealing import age, payload
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

from .place import Place

UNIT = "police"
URGENCIES = (Urgency.P3, Urgency.P2, Urgency.P3, Urgency.P1, Urgency.P3, Urgency.P2)


def fill_queue(place: Place, count: int) -> None:
    """Store sealed tips; their labels are real, so that the page is as long as in life."""
    app = create_app(place.config)
    with app.app_context():
        key = db.session.scalars(select(UnitKey).filter_by(unit_id=UNIT)).one()
        recipient = age.parse_recipient(key.recipient)
        sealed = age.seal(b" " * payload.TIP_CLASS, [recipient, age.parse_recipient(key.recovery)])
        rows = [
            {
                "id": random_key(),
                "reference": payload.new_reference(),
                "lookup": secrets.token_bytes(32),
                "unit_id": UNIT,
                "unit_key_id": key.id,
                "urgency": URGENCIES[number % len(URGENCIES)],
                "received_on": today(),
                "status": TipStatus.RECEIVED,
                "is_open": True,
                "version": 1,
                "label": age.seal(payload.Label("A4", "hekou").to_bytes(), [recipient]),
                "sealed": sealed,
            }
            for number in range(count)
        ]
        db.session.execute(insert(Tip), rows)
        db.session.commit()
        db.session.close()
        db.dispose()


def sign_in(place: Place, roles: Sequence[str] = ("registrar",)) -> str:
    """Make a session, and its member the first time; gives the Cookie header.

    The server must be running already.
    """
    app, token = create_app(place.config), secrets.token_urlsafe(32)
    with app.app_context():
        known = db.session.scalars(select(Member).filter_by(name="bench")).one_or_none()
        member = known or Member(
            name="bench",
            unit_id=UNIT,
            roles=list(roles),
            recipient=str(place.identities[UNIT].recipient),
            salt=b"\0" * 16,
            auth_hash=b"\0" * 32,
            made_on=today(),
            sealed_identity=b"-",
        )
        db.session.add(member)
        db.session.flush()
        db.session.add(
            StaffSession(
                token_hash=sha256(token.encode()).digest(),
                member_id=member.id,
                wrap_key=b"\0" * 32,
                last_seen=int(time.time()),
                opened_at=int(time.time()),
            )
        )
        db.session.commit()
        db.session.close()
        db.dispose()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    return f"Cookie: desk={serializer.dumps({'sid': token})}\r\n"
