"""One touch as its pages' scripts take it, with an authenticator of the tests."""

import base64

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import AuditEvent, Passkey
from admin.sealing.age.header import Stanza, encode_base64, encode_stanzas, finish
from tests.admin.signin.authenticator import PRESENT, VERIFIED, Authenticator
from tests.admin.signin.halfway import _secret_of, sign_in
from tests.admin.staff import PASSPHRASE

HERE = "http://localhost:8000"
ELSEWHERE = "http://localhost.evil.example:8000"
UNKNOWN = "没有认出这把通行密钥：它已经去掉，或者不是一触解锁的那一把。请用口令和成员码。"


def sealed_file(
    label=b"age-encryption.org/fido2prf", nonce=b"dengshao touch 1", stanzas=1, more=b""
):
    """An age file as far as a server can look at it."""
    stanza = Stanza((label.decode(), encode_base64(nonce).decode()), b"k" * 32)
    return finish(encode_stanzas([stanza] * stanzas), b"m" * 32) + b"payload" + more


SEALED = base64.b64encode(sealed_file()).decode()


@pytest.fixture
def key():
    return Authenticator(flags=PRESENT | VERIFIED)


def auth_of(desk, made, name="ada", which=0):
    salt = desk.ask(f"/desk/sign-in/salt?name={name}").json["salt"]
    return _secret_of(PASSPHRASE, made[which].code, bytes.fromhex(salt)).hex()


def new_touch(desk, made, key, *, name="ada", which=0, **other):
    """Make a passkey on the account page, as its script posts it."""
    options = desk.send("/desk/account/touch/options").json
    body = {
        "auth": auth_of(desk, made, name, which),
        "name": "办公室电脑",
        "credential": key.create(options["make"], HERE),
        "proof": key.get(options["use"], HERE),
        "sealed": SEALED,
    }
    return desk.send("/desk/account/touch", body | other)


@pytest.fixture
def ada(desk, made, now):
    """A member who has typed passphrase and member code, and has no second factor yet."""
    sign_in(desk, made)
    return desk


@pytest.fixture
def touch(ada, made, key):
    """The same, with a passkey that opens."""
    assert new_touch(ada, made, key).status_code == 200
    return key


def options_of(desk):
    return desk.send("/desk/sign-in/touch/options").json


def touch_in(desk, credential):
    return desk.send("/desk/sign-in/touch", {"credential": credential})


def log(app):
    with app.app_context():
        rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number))
        return [(row.act, row.by, row.detail) for row in rows]


def stored(app):
    with app.app_context():
        return db.session.scalars(select(Passkey)).all()
