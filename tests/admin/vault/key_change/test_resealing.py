"""What hangs on an older key moves to the one in use: whole, once, and only as itself."""

import re
import secrets
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.models import Direction, HandoverNote, Message, Note, Tip, UnitKey
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import store
from admin.vault.key_change import kept, resealing
from tests.support import asked_of_tips, plan_of

TALK = b"t" * 32
MOVER = kept.Mover("ada", b"a" * 32, "a" * 64)


class Unit:
    """A unit that renewed its key, with tips that hang on the old one."""

    def __init__(self, session):
        self.session = session
        self.old, self.new = self.add_key("police"), self.add_key("police")
        self.other = self.add_key("drugs")
        self.reporter = HybridIdentity.generate()

    def add_key(self, unit_id):
        identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
        row = UnitKey(
            unit_id=unit_id,
            recipient=identity.recipient.text,
            recovery=recovery.recipient.text,
            fingerprint=secrets.token_hex(16),
            roster_mac="0" * 64,
            made_on=today(),
        )
        self.session.add(row)
        self.session.flush()
        return row, identity, recovery

    def retire(self):
        self.old[0].retired_on = today()
        self.session.flush()

    def seal(self, key, data, *more):
        row = key[0]
        readers = [parse_recipient(text) for text in (*more, row.recipient, row.recovery)]
        return seal(data, readers)

    def add_tip(self, key=None, *, label=True, messages=2, notes=1, **values):
        key = key or self.old
        row, identity, _recovery = key
        reference = payload.new_reference()
        words = payload.Tip(reference, {"what": "有人收过路费"}, str(self.reporter.recipient), TALK)
        cover = payload.Label("A4", "shili", ()).to_bytes()
        store.store_tip(
            self.session,
            store.SealedTip(
                reference=reference,
                lookup=secrets.token_bytes(32),
                unit_id=row.unit_id,
                unit_key_id=row.id,
                urgency=Urgency.P2,
                label=seal(cover, [identity.recipient]) if label else None,
                sealed=self.seal(key, words.to_bytes()),
            ),
        )
        tip = self.session.scalars(select(Tip).filter_by(reference=reference)).one()
        for number in range(1, messages + 1):
            self.add_message(tip, number, key)
        for number in range(1, notes + 1):
            self.session.add(
                Note(
                    tip_id=tip.id,
                    number=number,
                    kind="note",
                    by="ada",
                    written_at=1,
                    sealed=self.seal(key, b"n" * 100),
                )
            )
        for name, value in values.items():
            setattr(tip, name, value)
        self.session.flush()
        return tip

    def add_message(self, tip, number, key=None):
        is_staff = number % 2 == 0
        more = [self.reporter.recipient.text] if is_staff else []
        words = f"第 {number} 句".encode()
        store.add_message(
            self.session,
            tip,
            number=number,
            direction=Direction.STAFF if is_staff else Direction.REPORTER,
            digest=sha256(words).hexdigest(),
            sealed=self.seal(key or self.old, words, *more),
        )

    def read(self, tip):
        found = resealing.read_bundle(self.session, "police", tip.reference)
        return found and found[1]

    def resealed(self, bundle, identity=None):
        """Seal it anew as a browser does."""
        identities = [identity or self.old[1]]
        row, _identity, _recovery = self.new

        def anew(sealed, *more):
            return self.seal(self.new, age.open_sealed(sealed, identities), *more)

        reporter = self.reporter.recipient.text
        label = bundle.label and seal(
            age.open_sealed(bundle.label, identities), [parse_recipient(row.recipient)]
        )
        return replace(
            bundle,
            sealed=anew(bundle.sealed),
            label=label,
            messages={
                number: anew(sealed, *([reporter] if number % 2 == 0 else []))
                for number, sealed in bundle.messages.items()
            },
            notes={number: anew(sealed) for number, sealed in bundle.notes.items()},
        )

    def move(self, tip, bundle, **changes):
        values = {
            "unit_id": "police",
            "reference": tip.reference,
            "old": self.old[0].id,
            "new": self.new[0].id,
            "bundle": bundle,
            "keep": lambda row, stored: kept.keep(
                self.session, row, stored, new=self.new[0].id, mover=MOVER
            ),
        }
        resealing.move_tip(self.session, **values | changes)


def opens(sealed, identity):
    try:
        age.open_sealed(sealed, [identity])
    except age.SealingError:
        return False
    return True


def files_of(session, tip):
    session.expire_all()
    messages = session.scalars(select(Message.sealed).filter_by(tip_id=tip.id)).all()
    notes = session.scalars(select(Note.sealed).filter_by(tip_id=tip.id)).all()
    row = session.execute(select(Tip.sealed, Tip.label).filter_by(id=tip.id)).one()
    return [row.sealed, row.label, *messages, *notes]


def test_a_tip_moves_with_its_label_its_talk_and_its_notes(session, unit):
    tip = unit.add_tip()
    unit.retire()
    version = tip.version

    unit.move(tip, unit.resealed(unit.read(tip)))

    files = files_of(session, tip)
    assert len(files) == 5
    assert [opens(sealed, unit.new[1]) for sealed in files] == [True] * 5
    assert [opens(sealed, unit.old[1]) for sealed in files] == [False] * 5
    staff_word = session.scalars(select(Message.sealed).filter_by(tip_id=tip.id, number=2)).one()
    assert opens(staff_word, unit.reporter)
    assert (tip.unit_key_id, tip.version) == (unit.new[0].id, version)
    assert resealing.count_on_old_keys(session, "police") == 0


def test_a_supervisory_tip_without_a_label_moves_too(session, unit):
    tip = unit.add_tip(label=False, messages=0, notes=0)
    unit.retire()

    unit.move(tip, unit.resealed(unit.read(tip)))

    assert tip.unit_key_id == unit.new[0].id


def test_open_tips_come_first_and_purged_ones_never(session, unit):
    closed = unit.add_tip(status=TipStatus.CLOSED, is_open=False)
    purged = unit.add_tip(status=TipStatus.PURGED, is_open=False, sealed=None, label=None)
    waiting = unit.add_tip()
    unit.add_tip(unit.new)
    unit.add_tip(unit.other)
    assert resealing.next_tips(session, "police", 0, most=9) == []
    unit.retire()

    assert resealing.next_tips(session, "police", 0, most=9) == [
        waiting.reference,
        closed.reference,
    ]
    assert resealing.next_tips(session, "police", 0, most=1) == [waiting.reference]
    assert resealing.count_on_old_keys(session, "police") == 2
    assert resealing.count_on_old_keys(session, "drugs") == 0
    assert resealing.read_bundle(session, "police", purged.reference) is None


def test_counting_stops_where_it_is_told_to(session, unit):
    for _ in range(3):
        unit.add_tip(messages=0, notes=0)
    assert not resealing.is_any_left(session, "police")
    unit.retire()

    assert resealing.count_left(session, "police", most=2) == resealing.Left(2, 0)
    assert resealing.count_left(session, "police", most=9) == resealing.Left(3, 0)
    assert resealing.is_any_left(session, "police")
    assert not resealing.is_any_left(session, "drugs")


ASKED = {
    "anything": lambda session: resealing.is_any_left(session, "police"),
    "a few": lambda session: resealing.next_tips(session, "police", 0, most=20),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_each_move_asks_ends_early_in_the_index_of_what_was_not_purged(session, unit, name):
    unit.retire()
    with asked_of_tips(session) as asked:
        ASKED[name](session)

    ((statement, parameters),) = asked
    plan = plan_of(session, statement, parameters)
    assert "LIMIT" in statement
    assert "ix_tip_unit_key" in plan
    assert not re.search("Sort|B-TREE|Seq Scan", plan)


def test_a_tip_of_another_unit_or_of_the_key_in_use_is_not_handed_out(session, unit):
    current, foreign = unit.add_tip(unit.new), unit.add_tip(unit.other)
    unit.retire()
    unit.other[0].retired_on = today()
    session.flush()

    assert unit.read(current) is None
    assert unit.read(foreign) is None


def another_message(unit, tip, bundle):
    unit.add_message(tip, bundle.length + 1)
    return bundle


def another_note(unit, tip, bundle):
    sealed = unit.seal(unit.new, b"n" * 100)
    note = Note(tip_id=tip.id, number=7, kind="note", by="bo", written_at=1, sealed=sealed)
    unit.session.add(note)
    unit.session.flush()
    return bundle


def moved_already(unit, tip, bundle):
    unit.move(tip, bundle)
    return bundle


def without_a_message(_unit, _tip, bundle):
    return replace(bundle, messages={1: bundle.messages[1]})


def with_a_message_more(_unit, _tip, bundle):
    return replace(bundle, messages=bundle.messages | {3: bundle.messages[1]})


def without_a_note(_unit, _tip, bundle):
    return replace(bundle, notes={})


def without_the_label(_unit, _tip, bundle):
    return replace(bundle, label=None)


def a_shorter_tip(unit, _tip, bundle):
    return replace(bundle, sealed=unit.seal(unit.new, b" " * 100))


def not_an_age_file(_unit, _tip, bundle):
    return replace(bundle, sealed=b"x" * len(bundle.sealed))


def for_three_readers(unit, _tip, bundle):
    one_more = unit.reporter.recipient.text
    words = age.open_sealed(bundle.sealed, [unit.new[1]])
    return replace(bundle, sealed=unit.seal(unit.new, words, one_more))


def the_old_file_again(unit, tip, bundle):
    return replace(bundle, sealed=unit.read(tip).sealed)


def a_message_cut_short(unit, _tip, bundle):
    return replace(bundle, messages=bundle.messages | {2: bundle.messages[2][:-1]})


def a_note_of_another_size(unit, _tip, bundle):
    return replace(bundle, notes={1: unit.seal(unit.new, b"n" * 101)})


REFUSED = {
    "a message came meanwhile": (another_message, resealing.Moved),
    "a note came meanwhile": (another_note, resealing.Moved),
    "another browser was faster": (moved_already, resealing.Moved),
    "a message is missing": (without_a_message, resealing.Moved),
    "a message too many": (with_a_message_more, resealing.Moved),
    "a note is missing": (without_a_note, resealing.Moved),
    "no label": (without_the_label, resealing.NotFit),
    "other words by their length": (a_shorter_tip, resealing.NotFit),
    "no age file": (not_an_age_file, resealing.NotFit),
    "a reader too many": (for_three_readers, resealing.NotFit),
    "the old file": (the_old_file_again, resealing.NotFit),
    "a message cut short": (a_message_cut_short, resealing.NotFit),
    "a note of another size": (a_note_of_another_size, resealing.NotFit),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_same_tip_sealed_anew_changes_nothing(session, unit, name):
    change, error = REFUSED[name]
    tip = unit.add_tip()
    unit.retire()
    changed = change(unit, tip, unit.resealed(unit.read(tip)))
    before = files_of(session, tip)

    with pytest.raises(error):
        unit.move(tip, changed)

    assert files_of(session, tip) == before


@pytest.mark.parametrize(
    "changes",
    [{"unit_id": "drugs"}, {"old": "new"}, {"old": "other"}, {"reference": "00000-00000"}],
)
def test_a_tip_is_moved_by_its_own_unit_and_from_a_renewed_key_alone(session, unit, changes):
    tip = unit.add_tip()
    unit.retire()
    if isinstance(changes.get("old"), str):
        changes = {"old": getattr(unit, changes["old"])[0].id}

    with pytest.raises(resealing.Moved):
        unit.move(tip, unit.resealed(unit.read(tip)), **changes)


def test_a_message_that_opens_for_nobody_holds_no_tip_back(session, unit):
    tip = unit.add_tip(messages=1)
    broken = seal(b"?" * 60, [HybridIdentity.generate().recipient] * 2)
    session.scalars(select(Message).filter_by(tip_id=tip.id)).one().sealed = broken
    session.flush()
    unit.retire()
    bundle = unit.read(tip)
    resealed = unit.resealed(replace(bundle, messages={}))

    unit.move(tip, replace(resealed, messages=bundle.messages))

    assert tip.unit_key_id == unit.new[0].id


def test_a_hand_over_note_moves_too(session, unit):
    note = HandoverNote(
        unit_id="police",
        unit_key_id=unit.old[0].id,
        by="ada",
        written_at=1,
        sealed=unit.seal(unit.old, b"h" * 80),
    )
    session.add(note)
    session.flush()
    unit.retire()
    assert resealing.count_left(session, "police") == resealing.Left(0, 1)
    assert resealing.next_shift_notes(session, "police", most=3) == [note]

    place = {"unit_id": "police", "note_id": note.id, "new": unit.new[0].id}
    with pytest.raises(resealing.NotFit):
        resealing.move_shift_note(session, **place, sealed=unit.seal(unit.new, b"h"))
    with pytest.raises(resealing.Moved):
        resealing.move_shift_note(session, **place | {"unit_id": "drugs"}, sealed=note.sealed)
    resealing.move_shift_note(session, **place, sealed=unit.seal(unit.new, b"h" * 80))

    assert opens(note.sealed, unit.new[1])
    assert not opens(note.sealed, unit.old[1])
    assert resealing.count_left(session, "police").total == 0


def test_words_sealed_to_the_key_that_a_tip_left_are_not_taken(session, unit):
    tip = unit.add_tip(messages=0, notes=0)
    old, new = unit.old[0].id, unit.new[0].id
    store.check_key(session, tip, None)
    unit.retire()
    store.check_key(session, tip, old)

    unit.move(tip, unit.resealed(unit.read(tip)))

    store.check_key(session, tip, new)
    for stale in (old, None):
        with pytest.raises(store.KeyChanged):
            store.check_key(session, tip, stale)
    db.session.rollback()
