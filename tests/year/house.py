"""The installation of the year: its application, its keys, its backups; seals as browsers do."""

import copy
import hmac
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from admin import create_app
from admin.access.roles import Staff
from admin.backup.making import write_backup
from admin.backup.replaying import Replay
from admin.backup.restoring import restore
from admin.config import load_config
from admin.db import db, today
from admin.models import KeyGrant, StaffSession, UnitKey
from admin.sealing import age, member
from admin.sealing.age import HybridIdentity
from admin.vault.key_change.resealing import Bundle
from admin.vault.retention.deletions import copy_beside, read_journal, write_out
from admin.vault.units import OpenUnit
from tests.quick_apps import quick
from tests.support import add_bare_member

from .model import LABEL, TIP, Part, Parts, Person, World

ROLES = (("analyst",), ("analyst",), ("reviewer",), ("reviewer",))


@dataclass
class Copy:
    """A backup, and what the model knew when it was made."""

    path: Path
    world: World


class House:
    """One installation after another, each restored from the one before; the keys outlive them."""

    def __init__(self, app, environ, new_place):
        self.app, self.environ, self._new_place = app, environ, new_place
        self.secrets = {}
        """Of each key by the id of its row: the unit's identity and its recovery sheet's."""
        self.operator = HybridIdentity.generate()
        self._openers = {}

    @property
    def config(self):
        return self.app.extensions["dengshao"].config

    def outcome(self, outcome_id):
        return self.app.extensions["dengshao"].district.outcomes[outcome_id]

    # Keys and people.

    def add_key(self, world, unit):
        """Put a key in the place of a unit's; gives its id. The caller commits."""
        pair = HybridIdentity.generate(), HybridIdentity.generate()
        recipients = [str(one.recipient) for one in pair]
        if unit in world.keys:
            db.session.get_one(UnitKey, world.in_use(unit)).retired_on = today()
        row = UnitKey(
            unit_id=unit,
            recipient=recipients[0],
            recovery=recipients[1],
            fingerprint=member.fingerprint(unit, *recipients),
            roster_mac="0" * 64,
            made_on=today(),
        )
        db.session.add(row)
        db.session.flush()
        self.secrets[row.id] = pair
        world.keys.setdefault(unit, []).append(row.id)
        return row.id

    def add_person(self, world, unit, roles):
        """Let a member join a unit, and hold its key in use. The caller commits."""
        if unit == "supervision":
            roles = ("custodian",) if roles == ("analyst",) else ("custodian", "reviewer")
        name = f"{unit}-{len(world.people)}"
        row = add_bare_member(db.session, name, unit, roles)
        person = world.people[name] = Person(row.id, name, unit, roles)
        self.grant(world, person)
        return person

    def grant(self, world, person):
        key = world.in_use(person.unit)
        person.keys.add(key)
        db.session.add(KeyGrant(unit_key_id=key, member_id=person.number, sealed=b"x"))
        db.session.flush()

    @staticmethod
    def staff(person):
        return Staff(person.number, person.name, person.unit, person.roles)

    def open_unit(self, unit, key):
        own, recovery = self.secrets[key]
        return OpenUnit(unit, key, str(own.recipient), str(recovery.recipient))

    # Sealing.

    def seal(self, clear, key, name=TIP):
        """Seal to a unit's key and its recovery sheet; a label to the key alone."""
        own, recovery = self.secrets[key]
        readers = [own.recipient] if name == LABEL else [own.recipient, recovery.recipient]
        return age.seal(clear, readers)

    def seal_all(self, parts, key):
        """Seal anew, for one key; gives the sealed bytes by name, and what the model keeps."""
        sealed = {name: self.seal(part.clear, key, name) for name, part in parts.items()}
        return sealed, {name: Part(part.clear, key) for name, part in parts.items()}

    def openers(self, sealed):
        """Tell which keys open a file, and what it holds: tried with each that ever was."""
        digest = sha256(sealed).digest()
        if digest not in self._openers:
            found = {}
            for key, (own, recovery) in self.secrets.items():
                for which, identity in (("own", own), ("recovery", recovery)):
                    try:
                        found[key, which] = age.open_sealed(sealed, [identity])
                    except age.NoMatch:
                        continue
            self._openers[digest] = found
        return self._openers[digest]

    # A member at a browser.

    @contextmanager
    def signed_in(self, person):
        """A browser in which a member is signed in, past the passphrase."""
        token = secrets.token_urlsafe(32)
        now = int(time.time())
        row = {"token_hash": sha256(token.encode()).digest(), "member_id": person.number}
        with self.app.app_context():
            times = {"last_seen": now, "opened_at": now}
            db.session.add(StaffSession(**row, **times, wrap_key=b"w" * 32))
            db.session.commit()
        client = self.app.test_client()
        base = f"http://{self.config.desk_host}"
        with client.session_transaction("/desk/", base_url=base) as cookie:
            cookie["sid"] = token
        yield lambda path: client.get(path, headers={"Accept": "application/json"}, base_url=base)

    # Backups.

    def back_up(self, world):
        path = Path(self.environ["DENGSHAO_DATA"]) / f"{secrets.token_hex(4)}.age"
        with self.app.app_context():
            write_out(db.session)
            write_backup(self.config, db.engine, path, self.operator.recipient)
            copy_beside(self.config, path.parent)
        return Copy(path, copy.deepcopy(world))

    def restore(self, backup):
        """Bring a backup back to an empty place; the journal of deletions goes on."""
        with self.app.app_context():
            write_out(db.session)
            db.session.close()
            db.dispose()
        journal = str(self.config.deletions_file)
        environ = self._new_place(self.environ | {"DENGSHAO_DELETIONS": journal})
        config = load_config(environ)

        def replay():
            return Replay(config, read_journal(config, config.deletions_file))

        with backup.path.open("rb") as source:
            restore(config, source, self.operator, any_secret=False, find_replay=replay)
        self.environ, self.app = environ, quick(create_app(config))
        self.app.testing = True


def bundle_of(sealed, length):
    """Put sealed files together as a browser posts them."""

    def of(kind):
        return {number: data for (part, number), data in sealed.items() if part == kind}

    return Bundle(length, sealed.get(TIP, b""), sealed.get(LABEL), of("message"), of("note"))


def content_mac(key, parts: Parts):
    """MAC what was opened: under a key that no server has."""
    said = b"".join(
        f"{name} {number} ".encode() + sha256(part.clear).digest()
        for (name, number), part in sorted(parts.items())
        if name != "label"
    )
    return hmac.digest(key, said, "sha256").hex()
