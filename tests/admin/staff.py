"""Members of one unit and an administrator; their keys are made once in a folder, for they cost."""

import json
from types import SimpleNamespace

import pytest

from admin.config import SecondFactor
from admin.db import db
from admin.keys import issuing
from admin.sealing.age import HybridIdentity
from admin.signin import guard
from tests.once import made_once
from tests.support import desk_client

PASSPHRASE = "yun-shan-he-feng-lan"
UNIT = "police"
READER = ("analyst", "registrar")


@pytest.fixture
def environ(environ):
    """This room alone: what it does must not hang on another."""
    return environ | {"DENGSHAO_ROOMS": "accounts"}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Secrets of three members, all under `PASSPHRASE`, made once for a run of tests."""
    folder = made_once(tmp_path_factory, "members", _write_members)
    return [_read_member(words) for words in json.loads((folder / "members").read_text())]


def _write_members(folder):
    members = [issuing.new_member_keys(PASSPHRASE) for _ in range(3)]
    rows = [
        {
            "code": one.code,
            "seed": one.identity.seed.hex(),
            **{name: getattr(one, name).hex() for name in ("salt", "auth_hash", "sealed_identity")},
        }
        for one in members
    ]
    (folder / "members").write_text(json.dumps(rows))


def _read_member(row):
    code, *rest = row.values()
    seed, *kept = map(bytes.fromhex, rest)
    return issuing.MemberKeys(code, HybridIdentity(seed), *kept)


def make_unit(session, made):
    """Add a unit with a key: `first` made it, `second` is a member of the unit without it."""
    first = issuing.add_member(session, made[0], name="ada", unit_id=UNIT, roles=READER)
    unit_key, recovery = issuing.make_unit_key(session, first)
    second = issuing.add_member(session, made[1], name="bo", unit_id=UNIT, roles=READER)
    admin = issuing.add_member(
        session, made[2], name="管理员甲", unit_id=None, roles=["administrator"]
    )
    session.commit()
    return SimpleNamespace(first=first, second=second, admin=admin, key=unit_key, recovery=recovery)


@pytest.fixture
def unit(session, made):
    """The unit, in the test's own session: for services."""
    return make_unit(session, made)


@pytest.fixture
def people(app, made):
    """The same unit for tests that send requests: its rows hang on no session."""
    with app.app_context():
        found = make_unit(db.session, made)
        for row in (found.first, found.second, found.admin, found.key):
            db.session.refresh(row)
            db.session.expunge(row)
    return found


@pytest.fixture
def now(monkeypatch):
    """The clock of the sign-ins, which the test moves: now["is"] += 30."""
    clock = {"is": 1_800_000_000}
    monkeypatch.setattr(guard, "clock", lambda: clock["is"])
    monkeypatch.setattr(guard, "clock_ms", lambda: int(clock["is"] * 1000))
    return clock


@pytest.fixture
def required(app):
    """As in production: nobody goes on without a second factor."""
    config = app.extensions["dengshao"].config
    object.__setattr__(config, "second_factor", SecondFactor.REQUIRED)


@pytest.fixture
def desk(app, people):
    """A visitor of the desk's host, not signed in."""
    return desk_client(app)
