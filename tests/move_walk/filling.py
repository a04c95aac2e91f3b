"""A store as large as is asked: tips with messages and files of real sizes, their bytes random."""

import time

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select

from admin.app_state import app_state
from admin.db import db, today
from admin.keys import issuing
from admin.models import Message, Tip, UnitKey, Upload, random_key
from admin.sealing import member as members
from admin.sealing.age import HybridIdentity
from admin.signin import services
from tests.conftest import UNIT_IDS, UnitSecrets

_HEAP = 500
_SIZES = (20_000, 90_000, 300_000)


def keys():
    made = {}
    for unit in UNIT_IDS:
        one, two = HybridIdentity.generate(), HybridIdentity.generate()
        print_of = members.fingerprint(unit, str(one.recipient), str(two.recipient))
        made[unit] = UnitSecrets(one, two, print_of)
    return made


def fill(app, tips, files, dice):
    with app.app_context():
        blobs = app.extensions["dengshao.vault"].blobs
        key = db.session.scalars(select(UnitKey.id)).first()
        rows = [_tip(key, dice) for _ in range(tips)]
        for start in range(0, tips, _HEAP):
            db.session.execute(insert(Tip), rows[start : start + _HEAP])
            messages = [_message(row["id"], dice) for row in rows[start : start + _HEAP : 4]]
            db.session.execute(insert(Message), messages)
            db.session.commit()
        for row in rows[:files]:
            data = dice.randbytes(dice.choice(_SIZES))
            blob = dice.randbytes(16).hex()
            blobs.put(blob, 0, data)
            db.session.execute(insert(Upload).values(_upload(blob, len(data), row["id"])))
        db.session.commit()


def sign_in(app):
    """Open a session of a member as a sign-in does; gives the header that a browser sends."""
    with app.app_context():
        made = issuing.new_member_keys("yun-shan-he-feng-lan")
        member = issuing.add_member(
            db.session, made, name="police-1", unit_id="police", roles=["analyst", "registrar"]
        )
        db.session.flush()
        token = services.open_session(
            db.session, member, now=int(time.time()), old=None, is_verified=True
        )
        db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    return {"Cookie": f"desk={signer.dumps({'sid': token})}"}


def is_signed_in(app, cookie):
    """Tell whether the desk opens to who sends this header."""
    with app.app_context():
        host = app_state().config.desk_host
    client = app.test_client(use_cookies=False)
    page = client.get("/desk/", base_url=f"http://{host}", headers=cookie)
    return page.status_code == 200


def _tip(key, dice):
    return {
        "id": random_key(),
        "reference": dice.randbytes(5).hex()[:10],
        "lookup": dice.randbytes(32),
        "unit_id": "police",
        "unit_key_id": key,
        "urgency": "P3",
        "received_on": today(),
        "version": 1,
        "sealed": dice.randbytes(12_000),
    }


def _message(tip, dice):
    return {
        "id": random_key(),
        "tip_id": tip,
        "number": 1,
        "direction": "staff",
        "sent_on": today(),
        "digest": dice.randbytes(32).hex(),
        "sealed": dice.randbytes(8_000),
    }


def _upload(blob, size, tip):
    named = {"id": random_key(), "blob": blob, "size": size, "tip_id": tip}
    return named | {"made_on": today(), "is_whole": True, "is_released": False}
