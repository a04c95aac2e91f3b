"""Notes and gradings of a tip: sealed to the unit, chained, only ever added."""

import base64
from base64 import b64decode
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from admin.db import db, set_today, today
from admin.desk.services import MoveNotAllowed
from admin.desk.tip.notes import (
    NoteKind,
    SealedNote,
    add_note,
)
from admin.models import Decision, Note, Tip
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.expiry import sweep
from admin.vault.store import NumberTaken

SEALED = b"age-encryption.org/v1\nx"
FIELDS = {"number": "1", "sealed": base64.b64encode(SEALED).decode()}
ACTS = {"notes": "note", "grading": "grading"}


@pytest.fixture
def notes(app):
    """Read a tip's notes as they are stored."""

    def read(tip):
        with app.app_context():
            found = select(Note).where(Note.tip_id == tip.id).order_by(Note.number)
            return list(db.reading.scalars(found))

    return read


@pytest.fixture
def walk():
    """Walk to another day: `walk(day)`."""
    set_today(date(2026, 9, 21))
    yield set_today
    set_today(None)


@pytest.mark.parametrize("act", ACTS)
def test_a_note_is_stored_as_it_came_with_its_author_and_time(desk, tip, notes, act):
    assert desk.post(tip, act, **FIELDS).status_code == 303

    [note] = notes(tip)
    assert (note.number, note.kind, note.by, note.sealed) == (1, ACTS[act], "police-1", SEALED)
    assert note.written_at > 1_700_000_000


def test_notes_come_with_the_tips_sealed_bytes_in_order_and_by_the_clock_of_shanghai(
    app, desk, colleague, tip, notes
):
    desk.post(tip, "notes", **FIELDS)
    colleague.post(tip, "grading", **(FIELDS | {"number": "2"}))
    with app.app_context():
        for note in db.session.scalars(select(Note)):
            note.written_at = 1_790_265_600  # 2026-09-24 16:00 UTC
        db.session.commit()

    sent = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["notes"]

    assert [(note["number"], note["kind"], note["by"]) for note in sent] == [
        (1, "note", "police-1"),
        (2, "grading", "police-2"),
    ]
    assert sent[0]["at"] == "2026-09-25 00:00"
    assert b64decode(sent[0]["sealed"]) == SEALED


def test_a_note_asks_for_no_version_and_moves_nothing(desk, tip, fresh):
    token = desk.token()

    assert desk.post_with(token, tip, "notes", **FIELDS).status_code == 303

    now = fresh(tip)
    assert now.version == tip.version
    assert [(line.kind, line.old, line.new) for line in now.decisions] == [
        (EventKind.NOTED, TipStatus.RECEIVED, TipStatus.RECEIVED)
    ]


def test_a_note_takes_a_tip_out_of_the_machine_lane(desk, make_tip, fresh):
    machine = make_tip(is_machine=True)

    desk.post(machine, "notes", **FIELDS)

    assert fresh(machine).machine_unit is None


@pytest.mark.parametrize("number", ["2", "99"])
def test_a_note_that_is_not_the_next_is_refused(desk, tip, notes, number):
    answer = desk.post(tip, "notes", **(FIELDS | {"number": number}))

    assert answer.status_code == 409
    assert notes(tip) == []


def test_of_two_notes_with_one_number_the_second_is_refused_and_may_count_anew(
    desk, colleague, tip, notes
):
    desk.post(tip, "notes", **FIELDS)
    assert colleague.post(tip, "notes", **FIELDS).status_code == 409
    assert colleague.post(tip, "notes", **(FIELDS | {"number": "2"})).status_code == 303

    assert [(note.number, note.by) for note in notes(tip)] == [(1, "police-1"), (2, "police-2")]


WRONG = [
    ({"number": "0"}, "number"),
    ({"number": "one"}, "number"),
    ({"sealed": ""}, "sealed"),
    ({"sealed": base64.b64encode(b"plain words").decode()}, "sealed"),
    ({"sealed": base64.b64encode(SEALED + b"x" * 64 * 1024).decode()}, "sealed"),
]


@pytest.mark.table
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_a_wrong_field_is_named_and_nothing_is_stored(desk, tip, notes, act, fields, named):
    answer = desk.post(tip, act, **(FIELDS | fields))

    assert answer.status_code == 422
    assert all(answer.json["errors"][named])
    assert notes(tip) == []


@pytest.mark.parametrize("act", ACTS)
def test_another_units_tip_takes_no_note(sign_in, tip, notes, act):
    assert sign_in("drugs-1").post(tip, act, **FIELDS).status_code == 404
    assert notes(tip) == []


def test_a_purged_tip_takes_no_note(session, make_tip, members):
    tip = session.get_one(Tip, make_tip().id)
    tip.status = TipStatus.PURGED

    with pytest.raises(MoveNotAllowed):
        add_note(session, tip, SealedNote(1, NoteKind.NOTE, SEALED), actor=members["police-1"])


def test_no_number_is_left_out_or_taken_twice(session, make_tip, members):
    tip = session.get_one(Tip, make_tip().id)
    add_note(session, tip, SealedNote(1, NoteKind.NOTE, SEALED), actor=members["police-1"])

    for number in (0, 1, 3):
        note = SealedNote(number, NoteKind.GRADING, SEALED)
        with pytest.raises(NumberTaken):
            add_note(session, tip, note, actor=members["police-1"])


def test_a_tips_notes_go_with_its_words(app, desk, tip, notes, change):
    desk.post(tip, "notes", **FIELDS)
    change(tip, expires_on=tip.received_on)

    with app.app_context():
        sweep(db.session)
        db.session.commit()

    assert notes(tip) == []


def test_no_act_changes_or_deletes_a_note(app):
    rules = [
        rule for rule in app.url_map.iter_rules() if "note" in rule.rule or "grading" in rule.rule
    ]

    about_tips = {
        (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"}))
        for rule in rules
        if rule.rule.startswith("/desk/tips/")
    }
    assert about_tips == {
        ("/desk/tips/<string:reference>/notes", "POST"),
        ("/desk/tips/<string:reference>/grading", "POST"),
    }


def test_a_grading_moves_nothing_that_the_reporters_status_is_made_of(app, desk, tip):
    desk.post(tip, "grading", **FIELDS)

    with app.app_context():
        lines = db.reading.execute(select(Decision.kind, Decision.old, Decision.new)).all()
    assert lines == [(EventKind.GRADED, TipStatus.RECEIVED, TipStatus.RECEIVED)]


def test_the_history_shows_labels_grades_and_notes(desk, tip):
    """History leaves out labels, grades, notes: staff.md, minors."""
    desk.post(tip, "notes", **FIELDS)
    desk.post(tip, "grading", **FIELDS | {"number": 2})
    desk.post(tip, "labels", label=["on_site"])
    desk.post(tip, "labels", label=[])

    page = desk.show(tip).text
    told = page[page.index('class="history"') :]
    words = ["写了备注", "评了级", "加标记：要现场看", "去掉标记：要现场看"]
    places = [told.index(f"<b>police-1</b> {word}") for word in words]
    assert places == sorted(places)


def test_a_note_begins_the_clock_of_a_life_at_stake_again(desk, walk, make_tip, fresh):
    tip = make_tip(urgency=Urgency.P0)
    desk.post(tip, "decision", move_to="accepted", reason="in_scope")
    walk(today() + timedelta(days=5))
    before = fresh(tip)

    desk.post(tip, "notes", **FIELDS)

    after = fresh(tip)
    assert after.due_rule == before.due_rule == "follow_up"
    assert before.due_on < today() < after.due_on
    assert after.version == before.version
