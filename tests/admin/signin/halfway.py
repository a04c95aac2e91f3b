"""The steps of a sign-in with two factors, as the pages' scripts take them."""

from functools import cache

import pyotp
from sqlalchemy import update

from admin.db import db
from admin.models import StaffSession
from admin.sealing.member import sign_in_secret
from tests.admin.staff import PASSPHRASE

# Half a second of work, and the same members all through a session.
_secret_of = cache(sign_in_secret)


def sign_in(desk, made, name="ada", which=0):
    """Show passphrase and member code; gives the answer."""
    salt = desk.ask(f"/desk/sign-in/salt?name={name}").json["salt"]
    auth = _secret_of(PASSPHRASE, made[which].code, bytes.fromhex(salt)).hex()
    return desk.send("/desk/sign-in", {"name": name, "auth": auth})


def code(secret, at):
    return pyotp.TOTP(secret.replace(" ", "")).at(at)


def post(desk, path, body=None):
    """POST as the second step's page does: with its own token."""
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token()}
    return desk.post(f"/desk/sign-in/{path}", json=body or {}, headers=headers)


def set_up(desk, now):
    """Set one-time codes up; gives the secret and the recovery codes."""
    secret = post(desk, "factors/totp/new").json["secret"]
    answer = post(desk, "factors/totp", {"code": code(secret, now["is"])})
    assert answer.status_code == 200
    now["is"] += 60
    return secret, answer.json["codes"]


def proved(desk, now):
    """Let all sessions make one change, as if each had just shown its old factor."""
    with desk.application.app_context():
        db.session.execute(update(StaffSession).values(proved_at=now["is"]))
        db.session.commit()
