"""A member was shut out, the key renewed, the tips sealed anew. Then they come by a full copy of
the database, with every key that was ever theirs: no sealed byte in it opens for them.
"""

import secrets
from dataclasses import replace

import pytest
from sqlalchemy import inspect, select, text

from admin.db import db, forget_deleted
from admin.keys import issuing
from admin.members import suspension
from admin.models import Direction, HandoverNote, Member, Note, Tip, UnitKey
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.tip.urgency import Urgency
from admin.vault import store
from admin.vault.key_change import kept, resealing
from tests.admin.renewal.renewing import renewed

AGE_FILE = b"age-encryption.org/v1\n"
WORDS = b"w" * 4096


MOVER = kept.Mover("ada", b"a" * 32, "a" * 64)


class Story:
    """A unit of ada and bo. Everything that can be sealed is there before bo goes, and after."""

    def __init__(self, app, people, made):
        self.app, self.people, self.made = app, people, made
        self.reporter = HybridIdentity.generate().recipient.text
        with app.app_context():
            ada, bo = self.members()
            issuing.hand_on(db.session, holder=ada, identity=made[0].identity, to=bo)
            db.session.commit()
            key = issuing.current_key(db.session, "police")
            unit = issuing.open_grant(db.session, key, bo, made[1].identity)
        # All that bo ever held: their own identity, and the unit's.
        self.of_bo = [made[1].identity, unit]
        self.fill()

    def members(self):
        return [
            db.session.get_one(Member, row.id) for row in (self.people.first, self.people.second)
        ]

    def fill(self):
        """Store a tip with its label, both sides of a talk, a note and a hand-over note."""
        with self.app.app_context():
            key = issuing.current_key(db.session, "police")
            readers = [parse_recipient(key.recipient), parse_recipient(key.recovery)]
            tip = store_here(key.id)
            for number, more in ((1, []), (2, [parse_recipient(self.reporter)])):
                store.add_message(
                    db.session,
                    tip,
                    number=number,
                    direction=Direction.STAFF if more else Direction.REPORTER,
                    digest="0" * 64,
                    sealed=seal(WORDS, [*more, *readers]),
                )
            common = {"by": "ada", "written_at": 1, "sealed": seal(WORDS, readers)}
            db.session.add(Note(tip_id=tip.id, number=1, kind="note", **common))
            db.session.add(HandoverNote(unit_id="police", unit_key_id=key.id, **common))
            db.session.commit()

    def revoke(self):
        """Shut bo out; ada makes the new key."""
        with self.app.app_context():
            ada, bo = self.members()
            suspension.suspend(db.session, bo, by="管理员甲")
            _key, self.new, _sheet = renewed(db.session, ada, self.made[0].identity, [ada])
            db.session.commit()

    def reseal(self):
        """Seal all that is left anew, as ada's browser does."""
        with self.app.app_context():
            ada, _bo = self.members()
            new = issuing.current_key(db.session, "police")
            old = db.session.get_one(UnitKey, new.succeeds_id)
            mine = issuing.open_grant(db.session, old, ada, self.made[0].identity)
            to = [parse_recipient(new.recipient), parse_recipient(new.recovery)]

            def anew(sealed, *more):
                return seal(age.open_sealed(sealed, [mine]), [*more, *to])

            for reference in resealing.next_tips(db.session, "police", 0, most=50):
                _key, found = resealing.read_bundle(db.session, "police", reference)
                label = age.open_sealed(found.label, [mine])
                bundle = replace(
                    found,
                    sealed=anew(found.sealed),
                    label=seal(label, to[:1]),
                    messages={
                        1: anew(found.messages[1]),
                        2: anew(found.messages[2], parse_recipient(self.reporter)),
                    },
                    notes={1: anew(found.notes[1])},
                )
                place = {"unit_id": "police", "reference": reference, "old": old.id, "new": new.id}
                resealing.move_tip(
                    db.session,
                    **place,
                    bundle=bundle,
                    keep=lambda row, stored: kept.keep(
                        db.session, row, stored, new=new.id, mover=MOVER
                    ),
                )
            for note in resealing.next_shift_notes(db.session, "police", most=50):
                place = {"unit_id": "police", "note_id": note.id, "new": new.id}
                resealing.move_shift_note(db.session, **place, sealed=anew(note.sealed))
            db.session.commit()

    def check(self):
        """Let the old bytes go, as another session of ada's does: nobody else holds the key."""
        with self.app.app_context():
            new = issuing.current_key(db.session, "police")
            second = replace(MOVER, session=b"b" * 32)
            for reference in kept.next_unchecked(db.session, new, "ada", second.session, 50):
                row = kept.lock_kept(db.session, "police", reference)
                kept.confirm(db.session, row, new, second=second, is_compared=True)
            db.session.commit()

    def copy(self):
        """Read every sealed value of every column of every table."""
        found = []
        with self.app.app_context():
            for table in inspect(db.engine).get_table_names():
                for row in db.session.execute(text(f'SELECT * FROM "{table}"')).mappings():
                    for column, value in row.items():
                        value = bytes(value) if isinstance(value, memoryview) else value
                        if isinstance(value, bytes) and value.startswith(AGE_FILE):
                            found.append((f"{table}.{column}", value))
        return found

    def opened_by_bo(self):
        """Name what opens, and go on with what comes out, until nothing new opens."""
        identities, opened = list(self.of_bo), []
        left = self.copy()
        while found := [(name, sealed) for name, sealed in left if is_opened(sealed, identities)]:
            for name, sealed in found:
                opened.append(name)
                identities += identity_in(age.open_sealed(sealed, identities))
            left = [pair for pair in left if pair not in found]
        return sorted(opened)


def store_here(key_id):
    """Store a tip for a key of the police; the caller commits. Gives its row."""
    key = db.session.get_one(UnitKey, key_id)
    readers = [parse_recipient(key.recipient), parse_recipient(key.recovery)]
    reference = payload.new_reference()
    sealed = store.SealedTip(
        reference=reference,
        lookup=secrets.token_bytes(32),
        unit_id="police",
        unit_key_id=key_id,
        urgency=Urgency.P2,
        label=seal(b" " * 512, readers[:1]),
        sealed=seal(b" " * 8192, readers),
    )
    store.store_tip(db.session, sealed)
    return db.session.scalars(select(Tip).filter_by(reference=reference)).one()


def is_opened(sealed, identities):
    try:
        age.open_sealed(sealed, identities)
    except age.SealingError:
        return False
    return True


def identity_in(data):
    """Give the identity that was sealed, where it was one: a grant opens more than itself."""
    try:
        return [age.parse_identity(data.decode("ascii").strip())]
    except (age.SealingError, UnicodeDecodeError):
        return []


@pytest.fixture
def story(app, people, made):
    return Story(app, people, made)


# What bo keeps for good: their own account, the old key's grants and what hung on the old key.
GRANT = "key_grant.sealed"
ALL = sorted(
    ["tip.sealed", "tip.label", "note.sealed", "handover_note.sealed", *["message.sealed"] * 2]
)


def test_before_they_go_everything_opens_for_them(story):
    """The trial below would prove nothing if bo could open nothing even now."""
    assert story.opened_by_bo() == sorted([GRANT, *ALL])


def test_what_is_sealed_after_the_renewal_opens_for_the_one_who_left_no_more(story):
    story.revoke()
    story.fill()

    # The first tip is not sealed anew yet: it still opens, and the pages say so.
    assert story.opened_by_bo() == sorted([GRANT, *ALL])
    assert len([name for name, _ in story.copy() if name in ALL]) == 2 * len(ALL)


def test_until_a_second_browser_has_looked_the_old_bytes_open_for_the_one_who_left(story):
    story.revoke()
    story.fill()
    story.reseal()

    # What SECURITY.md says: twice in the store, the tips alone, and counted nowhere as left.
    tips = [name for name in ALL if not name.startswith("handover")]
    assert story.opened_by_bo() == sorted([GRANT, *["kept_file.sealed"] * len(tips)])
    with story.app.app_context():
        assert resealing.count_left(db.session, "police").total == 0


def test_once_all_is_sealed_anew_nothing_in_a_full_copy_opens_for_the_one_who_left(story):
    story.revoke()
    story.fill()
    story.reseal()
    story.check()

    # Their own grant of the old key is all that opens, and that key opens nothing here any more.
    assert story.opened_by_bo() == [GRANT]
    with story.app.app_context():
        assert resealing.count_left(db.session, "police").total == 0


def test_once_all_is_sealed_anew_it_opens_for_who_remained(story):
    story.revoke()
    story.reseal()

    opened = [name for name, sealed in story.copy() if is_opened(sealed, [story.new])]
    assert sorted(opened) == ALL


def test_the_old_bytes_lie_nowhere_in_the_files_of_sqlite(story, database):
    """A copy of the file is a copy of its free pages and of its journal too."""
    if database != "sqlite":
        pytest.skip("PostgreSQL keeps dead rows until it vacuums: SECURITY.md says so")
    old = [sealed[200:400] for name, sealed in story.copy() if name in ALL]
    story.revoke()
    story.reseal()
    story.check()
    with story.app.app_context():
        assert forget_deleted(db.engine)

    folder = story.app.extensions["dengshao"].config.data
    files = b"".join(path.read_bytes() for path in folder.glob("*.sqlite3*"))
    assert len(old) == len(ALL)
    assert [piece for piece in old if piece in files] == []
    new = [sealed[200:400] for name, sealed in story.copy() if name in ALL]
    assert any(piece in files for piece in new)
