"""A unit of which one of two holders left, with thousands of tips on the key that they took."""

import random
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import insert, select

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, load_config
from admin.db import db, today
from admin.demo.members import DemoMember, make_demo, read_demo
from admin.keys import issuing
from admin.members import suspension
from admin.members.leaving import services as departure
from admin.migrate import migrate
from admin.models import (
    Direction,
    HandoverNote,
    KeptFile,
    Member,
    Message,
    Note,
    Tip,
    UnitKey,
    random_key,
)
from admin.renewal import next_keys
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.tip.urgency import Urgency
from admin.unit_keys import key_lines
from tests.admin.renewal.renewing import KEY, TOKEN, posted_by, proof_of, staff_of
from tests.live import dispose

UNIT, STAYS, LEAVES = "police", "police-1", "police-2"
WORDS = 1024

Part = tuple[str, int, int]
"""A table, the tip (or the row's own number), and the number within the talk."""


@dataclass
class Store:
    """The store, and what only a person outside of it knows: every word, and every key."""

    environ: dict[str, str]
    people: dict[str, DemoMember]
    old: HybridIdentity
    new: HybridIdentity
    sheet: HybridIdentity
    stranger: HybridIdentity
    reporter: HybridIdentity
    words: dict[Part, bytes] = field(default_factory=dict, repr=False)
    """The hash of what each sealed part holds."""


def make_store(folder: Path, url: str, bundles: Path, count: int, seed: int) -> Store:
    """Make the demo's units, fill one with tips, and let one of its two holders leave."""
    environ = {
        "DENGSHAO_DATA": str(folder),
        "DENGSHAO_DATABASE_URL": url,
        "DENGSHAO_FORM_MIN_SECONDS": "0",
        "DENGSHAO_BUNDLES": str(bundles),
        "DENGSHAO_SITE": str(folder.parent / "site"),
    }
    shutil.copytree(ROOT / "site" / "theme" / "assets", folder.parent / "site" / "assets")
    app = create_app(config := load_config(environ))
    try:
        with app.app_context():
            migrate(db.engine)
            people = {one.name: one for one in make_demo(db.session, config) or read_demo(config)}
            store = _leave(environ, people, count, seed)
            db.session.commit()
    finally:
        dispose(app)
    return store


def _leave(environ: dict[str, str], people: dict[str, DemoMember], count: int, seed: int) -> Store:
    stays, leaves = (_member(people[name]) for name in (STAYS, LEAVES))
    mine = issuing.open_identity(stays, people[STAYS].passphrase, people[STAYS].code)
    key = issuing.current_key(db.session, UNIT)
    assert key is not None
    old = issuing.open_grant(db.session, key, stays, mine)
    store = Store(environ, people, old, old, old, *(HybridIdentity.generate() for _ in range(2)))
    _fill(store, key, count, random.Random(seed))
    key_lines.apply(db.session, app_state().config, {UNIT: key.fingerprint})
    by = staff_of(_member(people["admin"]))
    departure.begin(db.session, leaves.id, today(), by=by)
    pairs = [(stays.name, stays.recipient)]
    posted, store.new, store.sheet = posted_by(UNIT, pairs, old.seed, proof_of(key, old))
    more = {"by": staff_of(stays), "token": TOKEN, "key": KEY, "old_id": key.id}
    waiting = next_keys.prepare(db.session, posted, **more)
    waiting.confirmed_by = "upper-1"
    key_lines.apply(db.session, app_state().config, {UNIT: waiting.fingerprint})
    suspension.suspend(db.session, leaves, by="admin")
    return store


def _member(person: DemoMember) -> Member:
    return db.session.scalars(select(Member).where(Member.name == person.name)).one()


def _fill(store: Store, key: UnitKey, count: int, dice: random.Random) -> None:
    """Store tips of which every third has a talk of two, every fourth a note; and some notes."""
    unit = [parse_recipient(key.recipient), parse_recipient(key.recovery)]
    with_reporter = [*unit, store.reporter.recipient]
    for number in range(count):
        tip_id, reference = random_key(), payload.new_reference()
        talk = 2 if number % 3 == 0 else 0
        words = payload.Tip(
            reference=reference,
            fields={"category": "A4", "what": f"第 {number} 条 {dice.random()}", "place": "桥头"},
            reporter=store.reporter.recipient.text,
            talk=secrets.token_bytes(32),
        ).to_bytes()
        label = payload.Label("A4", "shili").to_bytes()
        row = {
            "id": tip_id,
            "reference": reference,
            "lookup": secrets.token_bytes(32),
            "unit_id": UNIT,
            "unit_key_id": key.id,
            "urgency": Urgency.P3,
            "received_on": today(),
            "is_open": dice.random() < 0.7,
            "talk_length": talk,
            "version": 1,
            "label": _seal(store, ("label", tip_id, 0), label, unit[:1]),
            "sealed": _seal(store, ("tip", tip_id, 0), words, unit),
        }
        db.session.execute(insert(Tip), [row])
        for n in range(1, talk + 1):
            readers = with_reporter if n == 2 else unit
            said = _seal(store, ("message", tip_id, n), dice.randbytes(WORDS), readers)
            direction = Direction.STAFF if n == 2 else Direction.REPORTER
            more = {"direction": direction, "sent_on": today(), "digest": "0" * 64}
            db.session.add(Message(tip_id=tip_id, number=n, sealed=said, **more))
        if number % 4 == 0:
            note = _seal(store, ("note", tip_id, 1), dice.randbytes(WORDS), unit)
            by = {"kind": "note", "by": STAYS, "written_at": int(time.time())}
            db.session.add(Note(tip_id=tip_id, number=1, sealed=note, **by))
    for number in range(max(2, count // 100)):
        row_id = random_key()
        sealed = _seal(store, ("handover", row_id, 0), dice.randbytes(WORDS), unit)
        kind = "template" if number % 2 else "handover"
        of = {"unit_id": UNIT, "unit_key_id": key.id, "by": STAYS, "written_at": int(time.time())}
        db.session.add(HandoverNote(id=row_id, kind=kind, sealed=sealed, **of))
    db.session.flush()


def _seal(store: Store, part: Part, data: bytes, readers: list[age.Recipient]) -> bytes:
    store.words[part] = sha256(data).digest()
    return seal(data, readers)


def parts() -> Iterator[tuple[Part, bytes]]:
    """Read every sealed part of the unit, as it lies in the store."""
    for row in db.session.execute(select(Tip.id, Tip.sealed, Tip.label)):
        yield ("tip", row.id, 0), row.sealed or b""
        yield ("label", row.id, 0), row.label or b""
    for name, table in (("message", Message), ("note", Note)):
        for tip_id, number, sealed in db.session.execute(
            select(table.tip_id, table.number, table.sealed)
        ):
            yield (name, tip_id, number), sealed
    for number, sealed in db.session.execute(select(HandoverNote.id, HandoverNote.sealed)):
        yield ("handover", number, 0), sealed


def examine(store: Store) -> dict[str, int]:
    """Open everything with every key; count what is lost, and what opens for the wrong one."""
    app = create_app(load_config(store.environ))
    found = dict.fromkeys(("parts", "lost", "changed", "open_to_who_left", "open_to_a_stranger"), 0)
    found |= {"closed_to_the_sheet": 0, "closed_to_the_reporter": 0, "kept": 0}
    try:
        with app.app_context():
            seen = set()
            for part, sealed in parts():
                seen.add(part)
                _look(store, part, sealed, found)
            found["parts"], found["lost"] = len(seen), len(set(store.words) - seen)
            found["kept"] = len(db.session.execute(select(KeptFile.tip_id)).all())
    finally:
        dispose(app)
    return found


def _look(store: Store, part: Part, sealed: bytes, found: dict[str, int]) -> None:
    found["changed"] += _hash(sealed, store.new) != store.words.get(part)
    found["open_to_who_left"] += _hash(sealed, store.old) is not None
    found["open_to_a_stranger"] += _hash(sealed, store.stranger) is not None
    is_label, is_answer = part[0] == "label", part[0] == "message" and part[2] == 2
    # A label is for the unit alone, by its design: it is made anew from the words.
    found["closed_to_the_sheet"] += not is_label and _hash(sealed, store.sheet) is None
    found["closed_to_the_reporter"] += is_answer and _hash(sealed, store.reporter) is None


def _hash(sealed: bytes, identity: HybridIdentity) -> bytes | None:
    try:
        return sha256(age.open_sealed(sealed, [identity])).digest()
    except age.SealingError:
        return None
