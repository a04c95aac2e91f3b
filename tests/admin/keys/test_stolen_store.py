"""A thief takes the whole server: every table, every file, the secret, the sessions, and knows the
right passphrases. Without a member code, which is on paper and in enrolled browsers, nothing opens.

Really tried: every sealed thing that is stored, with each secret made of what is there.
"""

import hashlib
import itertools
import re
import time
from base64 import b64encode

import pytest
from sqlalchemy import inspect, select, text

from admin.backup.making import write_backup
from admin.db import db
from admin.keys import issuing
from admin.models import KeyGrant, Member, StaffSession
from admin.sealing import age
from admin.sealing.age.hybrid import SEED, HybridIdentity
from admin.sealing.age.passphrase import PassphraseIdentity
from admin.signin import services
from tests.admin.desk.conftest import store_sealed
from tests.admin.staff import PASSPHRASE

AGE_FILE = b"age-encryption.org/v1\n"


@pytest.fixture
def stolen(app, people, made):
    """Everything that lies on the server, as a thief finds it: rows, files, secrets in them."""
    tip = store_sealed(app)
    with app.app_context():
        ada = db.session.get_one(Member, people.first.id)
        services.open_session(db.session, ada, now=int(time.time()), old=None)
        db.session.commit()
    return Loot(app, people, made, tip)


class Loot:
    """What can be read of a stolen server."""

    def __init__(self, app, people, made, tip):
        self.app, self.people, self.made, self.tip = app, people, made, tip
        self.config = app.extensions["dengshao"].config

    def rows(self):
        """Read every column of bytes or text of every table."""
        with self.app.app_context():
            for table in inspect(db.engine).get_table_names():
                for row in db.session.execute(text(f'SELECT * FROM "{table}"')).mappings():
                    for column, value in row.items():
                        if isinstance(value, memoryview):
                            value = bytes(value)
                        if isinstance(value, (bytes, str)):
                            yield f"{table}.{column}", value

    def sealed(self):
        return [
            (name, value)
            for name, value in self.rows()
            if isinstance(value, bytes) and value.startswith(AGE_FILE)
        ]

    def files(self):
        """Read every file of the data folder and the secret file."""
        paths = [path for path in self.config.data.rglob("*") if path.is_file()]
        return {path.name: path.read_bytes() for path in {*paths, self.config.secret_file}}

    def found_secrets(self):
        """Gather what could be a secret: short values of rows, and words of small files."""
        values = {value if isinstance(value, bytes) else value.encode() for _, value in self.rows()}
        for name, content in self.files().items():
            if "sqlite3" not in name:
                values |= set(re.findall(rb"\S{8,}", content))
        values |= {bytes.fromhex(v.decode()) for v in set(values) if is_hex(v)}
        return sorted(value for value in values if 8 <= len(value) <= 128)


def is_hex(value):
    return len(value) % 2 == 0 and re.fullmatch(rb"[0-9a-f]{16,256}", value) is not None


def is_opened(sealed, identity):
    try:
        return bool(age.open_sealed(sealed, [identity])) or True
    except age.SealingError:
        return False


def seeds_of(found):
    """Make seeds of what was found: as it stands, hashed, and under each of the house's labels."""
    for value in found:
        if len(value) == SEED:
            yield value
        yield hashlib.sha256(value).digest()


def test_what_is_stored_is_what_the_tests_are_about(stolen):
    """The trial below would prove nothing if it looked past the identities, grants or tips."""
    names = {name for name, _sealed in stolen.sealed()}

    assert {"member.sealed_identity", "key_grant.sealed", "tip.sealed", "tip.label"} <= names


def test_with_the_card_everything_opens_which_the_thief_does_not_have(stolen):
    """The same store, and the code beside the passphrase: so it is the code that keeps it shut."""
    with stolen.app.app_context():
        ada = db.session.get_one(Member, stolen.people.first.id)
        identity = issuing.open_identity(ada, PASSPHRASE, stolen.made[0].code)
        grant = db.session.scalars(select(KeyGrant.sealed)).one()
    unit = age.parse_identity(age.open_sealed(grant, [identity]).decode())

    assert is_opened(stolen.tip.sealed, unit)


# A thief tries the passphrase as it is, and with each "empty" code that a program may know.
WITHOUT_A_CODE = [
    PASSPHRASE,
    f"{PASSPHRASE}-",
    f"{PASSPHRASE}-{'0' * 26}",
    f"{PASSPHRASE}-{'7' + 'z' * 25}",
    "-",
]


@pytest.mark.parametrize("passphrase", WITHOUT_A_CODE)
def test_no_identity_opens_with_the_right_passphrase_and_no_code(stolen, passphrase):
    with stolen.app.app_context():
        rows = db.session.scalars(select(Member.sealed_identity)).all()
    assert len(rows) == 3
    for sealed in rows:
        assert not is_opened(sealed, PassphraseIdentity(passphrase))


def test_no_secret_that_lies_on_the_server_stands_in_for_the_code(stolen):
    """Each takes a scrypt of a second: so the likely ones alone, and all of them as keys below."""
    with stolen.app.app_context():
        ada = db.session.get_one(Member, stolen.people.first.id)
        wrap = db.session.scalars(select(StaffSession.wrap_key)).one()
    secret = stolen.config.secret_file.read_text("ascii").strip()
    for value in (secret, wrap.hex(), ada.auth_hash.hex(), ada.salt.hex()):
        guess = PassphraseIdentity(f"{PASSPHRASE}-{value[:26]}")
        assert not is_opened(ada.sealed_identity, guess)


def test_no_stored_thing_opens_with_any_secret_that_lies_on_the_server(stolen):
    found = stolen.found_secrets()
    assert len(found) > 10
    identities = [HybridIdentity(seed) for seed in set(seeds_of(found))]
    sealed = [(name, value) for name, value in stolen.sealed() if name != "member.sealed_identity"]

    opened = [
        name
        for (name, value), identity in itertools.product(sealed, identities)
        if is_opened(value, identity)
    ]

    assert opened == []


def test_no_identity_lies_anywhere_in_clear(stolen):
    """Not in a row, not in a file, not in what the database keeps beside its tables."""
    marks = (b"AGE-SECRET-KEY", stolen.made[0].code.encode(), PASSPHRASE.encode())
    marks += (stolen.made[0].identity.seed, stolen.made[0].identity.seed.hex().encode())

    places = {**stolen.files(), **dict(as_bytes(stolen.rows()))}

    assert [name for name, value in places.items() for mark in marks if mark in value] == []


def as_bytes(rows):
    for n, (name, value) in enumerate(rows):
        yield f"{n} {name}", value if isinstance(value, bytes) else value.encode()


def test_a_backup_that_its_own_key_opens_holds_no_key_to_what_rests_in_a_browser(stolen, tmp_path):
    """Even the operator's key, stolen with the backup, gives no more than the tables above."""
    operator, target = HybridIdentity.generate(), tmp_path / "backup.age"
    with stolen.app.app_context():
        wrap = db.session.scalars(select(StaffSession.wrap_key)).one()
        db.session.rollback()
        write_backup(stolen.config, db.engine, target, operator.recipient)

    plain = age.open_sealed(target.read_bytes(), [operator])

    marks = (wrap, b"AGE-SECRET-KEY", stolen.made[0].code.encode(), stolen.made[0].identity.seed)
    for mark in marks:
        for form in (mark, mark.hex().encode(), b64encode(mark)):
            assert form not in plain
    # The member's row is in it: the search above looked at the right bytes.
    assert stolen.people.first.recipient.encode() in plain
