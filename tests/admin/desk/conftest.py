"""Members with sessions of their own, and tips that are really sealed."""

import base64
import random
import secrets
import time
from functools import partial
from hashlib import sha256

import pytest
from sqlalchemy import insert, select, true, update
from sqlalchemy.orm import selectinload, undefer

from admin.access.roles import Staff
from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue.lanes import Viewer
from admin.models import Member, StaffSession, Tip, TipLabel, TipReader, UnitKey
from admin.sealing import member, payload
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.tip.urgency import Urgency
from admin.vault.store import SealedTip, store_tip
from tests.admin.desk.files.files_live import files_live, lines, member_page, page, show, tip_of  # noqa: F401
from tests.admin.desk.queue.tip_rows import HOLDER, make_row
from tests.support import csrf_token

PEOPLE = {"police-1": "police", "police-2": "police", "drugs-1": "drugs", "admin": None}
ROLES = {"police-head": "reviewer", "police-desk": "dispatcher", "custodian-1": "custodian"}
"""Those who are no analyst; the units of the others stand in `PEOPLE`."""
PEOPLE |= {"police-head": "police", "police-desk": "police", "custodian-1": "supervision"}
TALK = b"t" * 32
FIELDS = {"category": "A4", "township": "shili", "what": "桥头有人收过路费。", "place": "甲村桥头"}


class Desk:
    """One member's browser, as far as it talks to the server."""

    def __init__(self, client, host, staff=None):
        self.client = client
        self.base_url = f"http://{host}"
        self.staff = staff

    def get(self, path="/desk/", **query):
        return self.client.get(path, query_string=query, base_url=self.base_url)

    def show(self, tip):
        return self.get(f"/desk/tips/{tip.reference}")

    def post(self, tip, act, **fields):
        """Post as desk.js does; `version` is the tip's own where none is named."""
        fields.setdefault("version", tip.version)
        return self.post_with(self.token(), tip, act, **fields)

    def post_with(self, token, tip, act, **fields):
        path = f"/desk/tips/{tip.reference}/{act}"
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        return self.client.post(path, data=fields, headers=headers, base_url=self.base_url)

    def submit(self, path, fields):
        """Post a form of a page; `fields` may hold lists."""
        data = {"csrf_token": self.token(), **fields}
        return self.client.post(path, data=data, base_url=self.base_url)

    def token(self):
        return csrf_token(self.client, self.base_url)


@pytest.fixture
def members(app, units):
    """The members by name; nobody here ever types a passphrase."""
    with app.app_context():
        for name, unit_id in PEOPLE.items():
            db.session.add(_member(name, unit_id))
        db.session.commit()
        return {
            row.name: Staff(row.id, row.name, row.unit_id, tuple(row.roles))
            for row in db.session.scalars(select(Member))
        }


def _member(name, unit_id):
    return Member(
        name=name,
        unit_id=unit_id,
        roles=[ROLES.get(name, "analyst" if unit_id else "administrator")],
        recipient="age1pq1",
        salt=b"s" * 16,
        auth_hash=b"h" * 32,
        made_on=today(),
        sealed_identity=b"",
    )


@pytest.fixture
def sign_in(app, config, members):
    """Sign a member in past the browser: a session's row, and its token in the cookie."""

    def signed_in(name):
        token = secrets.token_urlsafe(32)
        clear_for(app, members=[members[name].member_id])
        row = {"member_id": members[name].member_id, "wrap_key": b"w" * 32}
        with app.app_context():
            hashed = sha256(token.encode()).digest()
            row |= {"last_seen": int(time.time()), "opened_at": int(time.time())}
            db.session.add(StaffSession(token_hash=hashed, **row))
            db.session.commit()
        client = app.test_client()
        with client.session_transaction("/desk/", base_url=f"http://{config.desk_host}") as cookie:
            cookie["sid"] = token
        return Desk(client, config.desk_host, members[name])

    return signed_in


@pytest.fixture
def visitor(app, config):
    """A browser in which nobody is signed in."""
    return Desk(app.test_client(), config.desk_host)


@pytest.fixture
def desk(sign_in):
    return sign_in("police-1")


@pytest.fixture
def colleague(sign_in):
    return sign_in("police-2")


@pytest.fixture
def make_tip(app, units):
    """Store sealed tips, each in an application context of its own, as a request would."""

    return partial(store_sealed, app)


def store_sealed(app, unit_id="police", *, is_clear=True, is_read=True, **values):
    """Store one tip; gives it as a row that hangs on no session.

    Each member of the unit has said already to have no part in it and has opened it, unless a test
    is about that.
    """
    reference = payload.new_reference()
    with app.app_context():
        tip_id = store_tip(db.session, _sealed_tip(db.session, unit_id, reference, **values))
        db.session.commit()
    if is_clear:
        clear_for(app, tips=[tip_id], is_read=is_read)
    with app.app_context():
        return _read(db.reading, Tip.reference == reference)


def clear_for(app, *, tips=None, members=None, is_read=False):
    """Let members say of tips of their unit that they have no part in them: all, or those named."""
    with app.app_context():
        pairs = select(Tip.id, Member.id).join(Member, Member.unit_id == Tip.unit_id)
        chosen = pairs.where(
            Tip.id.in_(tips) if tips else true(), Member.id.in_(members) if members else true()
        )
        stored = db.reading.execute(select(TipReader.tip_id, TipReader.member_id))
        known = {(tip_id, member_id) for tip_id, member_id in stored}
        new = [
            {"tip_id": tip_id, "member_id": member_id, "cleared_on": today()}
            | ({"messages": 0, "notes": 0} if is_read else {})
            for tip_id, member_id in db.reading.execute(chosen)
            if (tip_id, member_id) not in known
        ]
        if new:
            db.session.execute(insert(TipReader), new)
            db.session.commit()


def why(number=1):
    """The reason for which an end is asked for, as a browser seals it; nobody here can tell."""
    sealed = b"age-encryption.org/v1\n" + secrets.token_bytes(4200)
    return {"number": number, "sealed": base64.b64encode(sealed).decode()}


@pytest.fixture(scope="session")
def sealed_tip():
    """Store a sealed tip in an application of the test's choosing."""
    return store_sealed


@pytest.fixture
def replaced_key(live):
    """Put a key in the place of the police's that nobody handed them yet; gives its fingerprint."""
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    keys = str(identity.recipient), str(recovery.recipient)
    found = member.fingerprint("police", *keys)
    with live.app.app_context():
        db.session.execute(
            update(UnitKey).where(UnitKey.unit_id == "police").values(retired_on=today())
        )
        new = {"unit_id": "police", "recipient": keys[0], "recovery": keys[1], "made_on": today()}
        db.session.add(UnitKey(**new, fingerprint=found, roster_mac=""))
        db.session.commit()
    return found


def _read(session, condition):
    """Read a tip with its history and talk, to be looked at when the session is gone."""
    loaded = (undefer(Tip.sealed), selectinload(Tip.decisions), selectinload(Tip.messages))
    return session.scalars(select(Tip).where(condition).options(*loaded)).one()


@pytest.fixture
def fresh(app):
    """Read a tip again as it is stored now."""

    def read(tip):
        with app.app_context():
            return _read(db.reading, Tip.id == tip.id)

    return read


def _sealed_tip(
    session,
    unit_id,
    reference,
    *,
    urgency=Urgency.P2,
    label=True,
    what=None,
    is_machine=False,
    contact=b"",
    readers=None,
    files=(),
    marks=None,
    fields=None,
):
    key = session.scalars(select(UnitKey).filter_by(unit_id=unit_id, retired_on=None)).one()
    reporter = str(HybridIdentity.generate().recipient)
    fields = FIELDS | ({"what": what} if what else {}) | (fields or {})
    tip = payload.Tip(reference, fields, reporter, TALK, files=files, contact=contact)
    unit, recovery = parse_recipient(key.recipient), parse_recipient(key.recovery)
    words = label if isinstance(label, payload.Label) else payload.Label("A4", "shili", ("minor",))
    return SealedTip(
        reference=reference,
        lookup=secrets.token_bytes(32),
        unit_id=unit_id,
        unit_key_id=key.id,
        urgency=urgency,
        label=seal(words.to_bytes(), [unit]) if label else None,
        sealed=seal(tip.to_bytes(), readers or [unit, recovery]),
        is_machine=is_machine,
        marks=marks,
    )


@pytest.fixture
def tip(make_tip):
    return make_tip()


@pytest.fixture
def change(app):
    """Change a tip by a function of session and tip, past the pages."""

    def changed(tip, act=None, **values):
        with app.app_context():
            row = db.session.get_one(Tip, tip.id)
            if act:
                act(db.session, row)
            if values:
                db.session.execute(update(Tip).where(Tip.id == tip.id).values(**values))
            db.session.commit()

    return changed


@pytest.fixture
def message():
    """The fields of a message that a browser sealed; nobody on the server can tell."""
    sealed = b"age-encryption.org/v1\n" + secrets.token_bytes(5000)
    words = {"digest": sha256(sealed).hexdigest(), "sealed": base64.b64encode(sealed).decode()}
    return {"number": 1, "ask": "yes", **words}


@pytest.fixture
def many(app, make_tip, members):
    """Tips of two units with equal and unequal places in the order, in every state."""
    dice = random.Random(20261124)
    key_id = make_tip().unit_key_id
    ids = [members["police-1"].member_id, members[HOLDER].member_id]
    rows = [make_row(dice, key_id, ids) for _ in range(700)]
    labels = [
        {"tip_id": row["id"], "label": "on_site", "unit_id": row["unit_id"]}
        for row in rows
        if dice.random() < 0.4
    ]
    with app.app_context():
        db.session.execute(insert(Tip), rows)
        db.session.execute(insert(TipLabel), labels)
        db.session.commit()
    labelled = {row["tip_id"] for row in labels}
    return [row | {"label_set": row["id"] in labelled} for row in rows]


@pytest.fixture
def viewer(members):
    return Viewer("police", members["police-1"].member_id, today(), clock())
